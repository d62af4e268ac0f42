//! Share links, and the assignment to another customer.

use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use wire::{EsimId, ProblemCode, UserId, accounts::users::UserRole};

struct Shared {
    app: TestApp,
    admin: Client,
    esim: EsimId,
    owner: UserId,
    code: String,
}

/// An eSIM with an owner.
async fn owned() -> Shared {
    let app = TestApp::start().await;
    let (esim, code, owner) = app.given(|given| {
        let plan = given.plan("9.90");
        let (esim, code) = given.stock(plan);
        (esim, code, given.user(UserRole::Customer))
    });
    app.execute(&format!(
        "UPDATE esims SET user_id = '{owner}', assigned_at = now()"
    ));
    let admin = app.as_admin();
    Shared {
        app,
        admin,
        esim,
        owner,
        code,
    }
}

impl Shared {
    async fn share(&self) -> Value {
        let path = format!("/v1/esims/{}/share", self.esim);
        self.admin
            .post(&path, json!({ "valid_hours": 2 }))
            .await
            .expect(201)
    }

    async fn enter(&self, link: &str, code: &str) -> Answer {
        let body = format!("code={code}").into_bytes();
        self.app
            .anonymous()
            .raw(
                Method::POST,
                link,
                "application/x-www-form-urlencoded",
                body,
            )
            .await
    }

    async fn state(&self) -> Value {
        let path = format!("/v1/esims/{}/shares", self.esim);
        self.admin.get(&path).await.expect(200)["data"][0]["state"].clone()
    }
}

fn path_of(created: &Value) -> String {
    let url = created["url"].as_str().unwrap();
    url[url.find("/share/").unwrap()..].to_owned()
}

#[actix_web::test]
async fn share_page_shows_the_qr_code_for_the_access_code() {
    let shared = owned().await;
    let created = shared.share().await;
    let (link, code) = (path_of(&created), created["access_code"].as_str().unwrap());

    let form = shared.app.anonymous().get(&link).await;
    assert_eq!(form.status, 200);
    assert!(
        form.header("content-security-policy")
            .starts_with("default-src 'none'")
    );
    assert_eq!(form.header("x-robots-tag"), "noindex, nofollow");
    assert_eq!(form.header("cache-control"), "no-store");
    assert!(form.text().contains("<form") && !form.text().contains("STOCK-"));

    let shown = shared
        .enter(&link, &format!("{}-{}", &code[..4], &code[4..]))
        .await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let matching_id = shared.code.rsplit('$').next().unwrap();
    assert!(shown.text().contains("<svg") && shown.text().contains(matching_id));
    for query in [
        "SELECT count(*) FROM audit_log WHERE action = 'esim.share_view'",
        "SELECT count(*) FROM pii_access_log WHERE subject_type = 'esim' AND field = 'activation_code'",
        "SELECT count(*) FROM esim_shares WHERE views = 1 AND last_viewed_at IS NOT NULL",
    ] {
        assert_eq!(shared.app.count(query), 1, "{query}");
    }
    // Neither the link nor the code is stored.
    let token = link.trim_start_matches("/share/");
    assert_eq!(
        shared.app.count(&format!("SELECT count(*) FROM esim_shares s WHERE s::text LIKE '%{token}%' OR s::text LIKE '%{code}%'")),
        0
    );
}

#[actix_web::test]
async fn fifth_wrong_code_locks_the_link() {
    let shared = owned().await;
    let created = shared.share().await;
    let (link, code) = (path_of(&created), created["access_code"].as_str().unwrap());
    let wrong = if code == "00000000" {
        "11111111"
    } else {
        "00000000"
    };
    for left in (1..5).rev() {
        let page = shared.enter(&link, wrong).await;
        assert_eq!(page.status, 403);
        assert!(
            page.text().contains(&format!("{left} attempt")),
            "{}",
            page.text()
        );
    }
    assert_eq!(shared.enter(&link, wrong).await.status, 404);
    assert_eq!(shared.state().await, "locked");
    // The right code is too late.
    let page = shared.enter(&link, code).await;
    assert_eq!(page.status, 404);
    assert!(!page.text().contains("<svg"));
    assert_eq!(
        shared
            .app
            .count("SELECT count(*) FROM audit_log WHERE action = 'esim.share_lock'"),
        1
    );
}

#[actix_web::test]
async fn concurrent_attempts_do_not_exceed_the_limit() {
    let shared = owned().await;
    let created = shared.share().await;
    let (link, code) = (path_of(&created), created["access_code"].as_str().unwrap());
    let wrong = if code == "00000000" {
        "11111111"
    } else {
        "00000000"
    };
    let attempts = (0..20).map(|_| shared.enter(&link, wrong));
    let answers = futures_util::future::join_all(attempts).await;
    let refused = answers.iter().filter(|page| page.status == 403).count();
    assert_eq!(refused, 4);
    assert_eq!(
        shared
            .app
            .count("SELECT sum(failed_attempts)::bigint AS count FROM esim_shares"),
        5
    );
}

#[actix_web::test]
async fn expired_revoked_and_unknown_links_are_closed() {
    let shared = owned().await;
    let created = shared.share().await;
    let (link, code) = (path_of(&created), created["access_code"].as_str().unwrap());
    assert_eq!(
        shared.app.anonymous().get("/share/unknown").await.status,
        404
    );
    let id = created["id"].as_str().unwrap();
    let revoke = format!("/v1/esim-shares/{id}");
    shared
        .admin
        .send(Method::DELETE, &revoke, None)
        .await
        .expect(204);
    assert_eq!(shared.state().await, "revoked");
    assert_eq!(shared.enter(&link, code).await.status, 404);

    let created = shared.share().await;
    shared.app.execute("UPDATE esim_shares SET created_at = now() - interval '3 hours', expires_at = now() - interval '1 second'");
    let (link, code) = (path_of(&created), created["access_code"].as_str().unwrap());
    assert_eq!(shared.state().await, "expired");
    assert_eq!(shared.app.anonymous().get(&link).await.status, 404);
    assert_eq!(shared.enter(&link, code).await.status, 404);
}

#[actix_web::test]
async fn share_rejects_other_customers_and_cancelled_esims() {
    let shared = owned().await;
    let path = format!("/v1/esims/{}/share", shared.esim);
    shared
        .app
        .as_role(UserRole::Customer)
        .post(&path, json!({}))
        .await
        .problem(404, ProblemCode::NotFound);
    shared
        .app
        .as_user(shared.owner)
        .post(&path, json!({}))
        .await
        .expect(201);
    shared
        .admin
        .post(&path, json!({ "valid_hours": 169 }))
        .await
        .rejects_field("valid_hours");
    shared.app.execute("UPDATE esims SET status = 'cancelled'");
    shared
        .admin
        .post(&path, json!({}))
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn reassigned_esim_belongs_to_the_new_customer_and_its_links_close() {
    let shared = owned().await;
    let created = shared.share().await;
    let other = shared.app.given(|given| given.user(UserRole::Customer));
    let path = format!("/v1/esims/{}/reassign", shared.esim);
    let body = |user: UserId| json!({ "user_id": user, "reason": "Bought as a gift" });
    let admin = shared.admin.with("if-match", "\"v1\"");
    admin
        .post(&path, json!({ "user_id": other, "reason": "" }))
        .await
        .rejects_field("reason");
    admin
        .post(&path, body(shared.owner))
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .post(&path, body(shared.admin.id()))
        .await
        .rejects_field("user_id");
    shared
        .admin
        .post(&path, body(other))
        .await
        .problem(428, ProblemCode::PreconditionRequired);

    let esim = admin.post(&path, body(other)).await.expect(200);
    assert_eq!(esim["user_id"], json!(other));
    admin
        .post(&path, body(shared.owner))
        .await
        .problem(412, ProblemCode::Stale);
    let show = format!("/v1/esims/{}", shared.esim);
    shared.app.as_user(other).get(&show).await.expect(200);
    shared
        .app
        .as_user(shared.owner)
        .get(&show)
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(
        shared.app.anonymous().get(&path_of(&created)).await.status,
        404
    );
    assert_eq!(
        shared.app.count("SELECT count(*) FROM audit_log WHERE action = 'esim.reassign' AND change->'user_id'->>'after' IS NOT NULL"),
        1
    );
    assert_eq!(
        shared
            .app
            .count("SELECT count(*) FROM esim_state_history WHERE actor_id IS NOT NULL"),
        1
    );
}
