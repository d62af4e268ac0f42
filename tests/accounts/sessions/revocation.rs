//! Revoked sessions, which are rejected from the next request, for every cause and every kind of credential.

use super::{
    PASSWORD, admin_with_password, bearer, cookie, panel, refresh, sign_in, signed_in,
    user_with_password,
};
use crate::harness::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, UserId, accounts::users::UserRole};

#[actix_web::test]
async fn sign_out_ends_the_session() {
    let app = TestApp::start().await;
    admin_with_password(&app, "ada@example.com").await;
    let first = sign_in(&app, "ada@example.com", PASSWORD).await;
    let kept = cookie(&first);
    let (first, second) = (
        bearer(&app, &first.expect(201)),
        bearer(
            &app,
            &sign_in(&app, "ada@example.com", PASSWORD).await.expect(201),
        ),
    );
    let sessions = second.get("/v1/sessions").await.expect(200);
    let other = sessions["data"]
        .as_array()
        .expect("sessions")
        .iter()
        .find(|session| session["is_current"] == false)
        .expect("another");
    let path = format!("/v1/sessions/{}", other["id"].as_str().expect("an id"));

    app.as_role(UserRole::Support)
        .send(reqwest::Method::DELETE, &path, None)
        .await
        .problem(404, ProblemCode::NotFound);
    second
        .send(reqwest::Method::DELETE, &path, None)
        .await
        .expect(204);
    first
        .get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    refresh(&panel(&app, &kept))
        .await
        .problem(401, ProblemCode::Unauthenticated);
    second
        .send(reqwest::Method::DELETE, &path, None)
        .await
        .problem(404, ProblemCode::NotFound);

    let out = second
        .send(reqwest::Method::DELETE, "/v1/sessions/current", None)
        .await;
    assert!(
        out.header("set-cookie").starts_with("refresh=;")
            && !out.header("clear-site-data").is_empty()
    );
    out.expect(204);
    second
        .get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'session.end'"),
        2
    );
}

/// A user who is signed in twice: a caller with a token, and a browser with a cookie.
struct SignedIn {
    id: UserId,
    token: Client,
    browser: Client,
}

impl SignedIn {
    async fn begin(app: &TestApp, role: UserRole, email: &str) -> Self {
        let id = user_with_password(app, role, email).await;
        let begun = sign_in(app, email, PASSWORD).await;
        let browser = panel(app, &cookie(&begun));
        let token = bearer(app, &begun.expect(201));
        assert_eq!(token.get("/v1/sessions").await.status, 200);
        Self { id, token, browser }
    }

    async fn assert_signed_out(&self, why: &str) {
        let refused = self.token.get("/v1/sessions").await;
        assert_eq!(refused.status, 401, "{why}, by token: {}", refused.text());
        let refused = refresh(&self.browser).await;
        assert_eq!(refused.status, 401, "{why}, by cookie: {}", refused.text());
    }
}

#[actix_web::test]
async fn revoked_session_is_rejected_from_the_next_request() {
    let app = TestApp::start().await;
    let boss = app.as_role(UserRole::SuperAdmin);
    let more = json!({ "role": "super_admin" });
    for (why, method, path, body) in [
        ("more", Method::PUT, "role", Some(more)),
        ("shown-out", Method::DELETE, "sessions", None),
    ] {
        let them = SignedIn::begin(&app, UserRole::Admin, &format!("{why}@example.com")).await;
        let path = format!("/v1/users/{}/{path}", them.id);
        let act = boss.send(method, &path, body).await;
        assert!(act.status < 300, "{why}: {}", act.text());
        them.assert_signed_out(why).await;
    }

    let them = SignedIn::begin(&app, UserRole::Admin, "signed-out@example.com").await;
    let current = "/v1/sessions/current";
    let out = them.token.send(Method::DELETE, current, None).await;
    assert_eq!(out.status, 204);
    them.assert_signed_out("signed out").await;
}

#[actix_web::test]
async fn user_ends_all_other_sessions() {
    let app = TestApp::start().await;
    let them = SignedIn::begin(&app, UserRole::Admin, "ada@example.com").await;
    let me = signed_in(&app, "ada@example.com").await;

    assert_eq!(
        me.send(Method::DELETE, "/v1/sessions", None).await.status,
        204
    );

    them.assert_signed_out("ended from another session").await;
    let left = me.get("/v1/sessions").await.expect(200);
    assert_eq!(left["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        app.count("SELECT count(*) FROM sessions WHERE revoked_reason = 'signed out elsewhere'"),
        1
    );
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'session.end_others'"),
        1
    );
}

#[actix_web::test]
async fn session_list_shows_device_and_ip() {
    let app = TestApp::start().await;
    admin_with_password(&app, "ada@example.com").await;
    let firefox = app.anonymous().with(
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    );
    let proof = json!({ "email": "ada@example.com", "password": PASSWORD });
    let me = bearer(&app, &firefox.post("/v1/sessions", proof).await.expect(201));

    let sessions = me.get("/v1/sessions").await.expect(200);
    let session = &sessions["data"][0];
    assert_eq!(
        (&session["device"], &session["ip"], &session["is_current"]),
        (
            &json!("Firefox on Linux"),
            &json!("127.0.0.1"),
            &json!(true)
        )
    );
}

#[actix_web::test]
async fn administrator_lists_and_ends_sessions_of_users() {
    let app = TestApp::start().await;
    let customer = SignedIn::begin(&app, UserRole::Customer, "grace@example.com").await;
    let staff = SignedIn::begin(&app, UserRole::Support, "ada@example.com").await;
    let admin = app.as_admin();
    let first = async |id: UserId| -> Value {
        let shown = admin
            .get(&format!("/v1/users/{id}/sessions"))
            .await
            .expect(200);
        shown["data"][0].clone()
    };

    let (theirs, of_staff) = (first(customer.id).await, first(staff.id).await);
    assert_eq!(theirs["is_current"], false);
    let place =
        |session: &Value| format!("/v1/sessions/{}", session["id"].as_str().expect("an id"));
    let refused = admin.send(Method::DELETE, &place(&of_staff), None).await;
    refused.problem(403, ProblemCode::Forbidden);
    let all = format!("/v1/users/{}/sessions", staff.id);
    let refused = admin.send(Method::DELETE, &all, None).await;
    refused.problem(403, ProblemCode::Forbidden);

    assert_eq!(
        admin
            .send(Method::DELETE, &place(&theirs), None)
            .await
            .status,
        204
    );
    customer.assert_signed_out("ended by staff").await;
    assert_eq!(
        app.as_role(UserRole::SuperAdmin)
            .send(Method::DELETE, &all, None)
            .await
            .status,
        204
    );
    staff.assert_signed_out("ended by staff").await;
    let unknown = format!("/v1/users/{}/sessions", UserId::new());
    admin
        .get(&unknown)
        .await
        .problem(404, ProblemCode::NotFound);
}
