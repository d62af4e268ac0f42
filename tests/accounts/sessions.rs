//! Signing in: nobody learns who has an account, a storm of guesses is counted, and a stolen token ends its family.

use crate::harness::{Answer, Client, TestApp};
use diesel::prelude::*;
use schema::users;
use serde_json::{Value, json};
use wire::{
    ProblemCode, UserId,
    accounts::users::{UserRole, UserStatus},
};

const PASSWORD: &str = "correct horse battery staple";

async fn somebody(app: &TestApp, email: &str) -> UserId {
    let hash = platform::auth::hash_password(PASSWORD.to_owned())
        .await
        .expect("a hash");
    app.given(|given| {
        let id = given.person(UserRole::Admin, email, "Ada", "Lovelace");
        diesel::update(users::table.find(id))
            .set(users::password_hash.eq(hash))
            .execute(given.conn())
            .expect("a password is set");
        id
    })
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous()
        .post(
            "/v1/sessions",
            json!({ "email": email, "password": password }),
        )
        .await
}

fn cookie(answer: &Answer) -> String {
    answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn panel(app: &TestApp, cookie: &str) -> Client {
    app.anonymous()
        .with("x-requested-with", "esim-admin")
        .with("cookie", cookie)
}

async fn refresh(client: &Client) -> Answer {
    client
        .send(reqwest::Method::POST, "/v1/sessions/refresh", None)
        .await
}

fn bearer(app: &TestApp, granted: &Value) -> Client {
    app.anonymous().with(
        "authorization",
        &format!(
            "Bearer {}",
            granted["access_token"].as_str().expect("a token")
        ),
    )
}

fn run(app: &TestApp, sql: &str) {
    app.given(|given| {
        diesel::sql_query(sql)
            .execute(given.conn())
            .expect("the statement runs")
    });
}

#[actix_web::test]
async fn a_session_begins_with_the_right_password() {
    let app = TestApp::start().await;
    let id = somebody(&app, "ada@example.com").await;

    let answer = sign_in(&app, " ADA@example.com ", PASSWORD).await;

    let set = answer.header("set-cookie").to_owned();
    assert!(
        set.starts_with("refresh=")
            && ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=1209600"]
                .iter()
                .all(|part| set.contains(part)),
        "{set}"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let granted = answer.expect(201);
    assert_eq!(
        (
            &granted["expires_in"],
            &granted["user"]["id"],
            &granted["user"]["email"]
        ),
        (&json!(600), &json!(id), &json!("ada@example.com"))
    );
    assert_eq!(bearer(&app, &granted).get("/v1/users").await.status, 200);
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE last_login IS NOT NULL"),
        1
    );
    assert_eq!(
        app.count(
            "SELECT count(*) FROM audit_log WHERE action = 'session.begin' AND actor_id IS NOT NULL"
        ),
        1
    );
}

#[actix_web::test]
async fn nobody_learns_whether_an_account_exists() {
    let app = TestApp::start().await;
    let id = somebody(&app, "suspended@example.com").await;
    somebody(&app, "ada@example.com").await;
    app.given(|given| {
        diesel::update(users::table.find(id))
            .set(users::status.eq(UserStatus::Suspended))
            .execute(given.conn())
            .expect("suspended")
    });

    let mut bodies = Vec::new();
    for (email, password) in [
        ("ada@example.com", "wrong"),
        ("nobody@example.com", "wrong"),
        ("suspended@example.com", PASSWORD),
    ] {
        let mut body = sign_in(&app, email, password)
            .await
            .problem(401, ProblemCode::WrongCredentials);
        body["request_id"].take();
        bodies.push(body);
    }

    assert!(bodies.windows(2).all(|two| two[0] == two[1]), "{bodies:?}");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'session.refused'"),
        3
    );
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 0);
}

#[actix_web::test]
async fn guesses_are_slowed_down_even_when_they_come_at_once() {
    let app = TestApp::start().await;
    somebody(&app, "ada@example.com").await;

    let answers =
        futures_util::future::join_all((0..14).map(|_| sign_in(&app, "ada@example.com", "wrong")))
            .await;
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    let blocked = sign_in(&app, "ada@example.com", PASSWORD).await;

    assert_eq!((refused, answers.len() - refused), (4, 10));
    let wait: u64 = blocked.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    blocked.problem(429, ProblemCode::TooManyRequests);
    sign_in(&app, "grace@example.com", "wrong")
        .await
        .problem(401, ProblemCode::WrongCredentials);

    run(
        &app,
        "UPDATE login_attempts SET blocked_until = now() - interval '1 second' WHERE blocked_until IS NOT NULL",
    );
    sign_in(&app, "ada@example.com", PASSWORD).await.expect(201);
    assert_eq!(
        app.count(
            "SELECT count(*) FROM login_attempts WHERE blocked_until IS NOT NULL OR failures > 11"
        ),
        0,
        "a success clears it"
    );
}

#[actix_web::test]
async fn every_refresh_token_serves_once() {
    let app = TestApp::start().await;
    somebody(&app, "ada@example.com").await;
    let begun = sign_in(&app, "ada@example.com", PASSWORD).await;
    let first = cookie(&begun);
    let old = bearer(&app, &begun.expect(201));

    let prolonged = refresh(&panel(&app, &first)).await;
    let second = cookie(&prolonged);
    let new = bearer(&app, &prolonged.expect(200));

    assert_ne!(first, second);
    assert_eq!(
        (
            old.get("/v1/sessions").await.status,
            new.get("/v1/sessions").await.status
        ),
        (200, 200),
        "the first access token lives on"
    );
    let sessions = new.get("/v1/sessions").await.expect(200);
    assert_eq!(
        (
            sessions["data"].as_array().map(Vec::len),
            &sessions["data"][0]["is_current"]
        ),
        (Some(1), &json!(true))
    );

    refresh(&panel(&app, &first))
        .await
        .problem(409, ProblemCode::Conflict);
    assert_eq!(
        app.count("SELECT count(*) FROM sessions WHERE revoked_at IS NOT NULL"),
        0,
        "two tabs are no theft"
    );

    run(
        &app,
        "UPDATE sessions SET rotated_at = rotated_at - interval '11 seconds'",
    );
    let reused = refresh(&panel(&app, &first)).await;
    assert!(
        reused.header("set-cookie").contains("Max-Age=0"),
        "{}",
        reused.header("set-cookie")
    );
    reused.problem(401, ProblemCode::Unauthenticated);
    refresh(&panel(&app, &second))
        .await
        .problem(401, ProblemCode::Unauthenticated);
    new.get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'session.reuse'"),
        1
    );
}

#[actix_web::test]
async fn of_two_tabs_one_prolongs() {
    let app = TestApp::start().await;
    somebody(&app, "ada@example.com").await;
    let tab = panel(
        &app,
        &cookie(&sign_in(&app, "ada@example.com", PASSWORD).await),
    );

    let mut statuses: Vec<u16> = futures_util::future::join_all((0..6).map(|_| refresh(&tab)))
        .await
        .iter()
        .map(|answer| answer.status)
        .collect();
    statuses.sort_unstable();

    assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
}

#[actix_web::test]
async fn another_site_cannot_prolong() {
    let app = TestApp::start().await;
    somebody(&app, "ada@example.com").await;
    let kept = cookie(&sign_in(&app, "ada@example.com", PASSWORD).await);

    refresh(&app.anonymous().with("cookie", &kept))
        .await
        .problem(403, ProblemCode::Forbidden);
    refresh(&panel(&app, &kept).with("origin", "https://evil.example"))
        .await
        .problem(403, ProblemCode::Forbidden);
    refresh(&panel(&app, "refresh=unknown"))
        .await
        .problem(401, ProblemCode::Unauthenticated);
    refresh(&app.anonymous().with("x-requested-with", "esim-admin"))
        .await
        .problem(401, ProblemCode::Unauthenticated);

    refresh(&panel(&app, &kept)).await.expect(200);
}

#[actix_web::test]
async fn a_session_ends_when_it_is_ended() {
    let app = TestApp::start().await;
    somebody(&app, "ada@example.com").await;
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
    let place = format!("/v1/sessions/{}", other["id"].as_str().expect("an id"));

    app.as_admin()
        .send(reqwest::Method::DELETE, &place, None)
        .await
        .problem(404, ProblemCode::NotFound);
    second
        .send(reqwest::Method::DELETE, &place, None)
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
        .send(reqwest::Method::DELETE, &place, None)
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

#[actix_web::test]
async fn a_suspension_holds_from_the_next_request_on() {
    let app = TestApp::start().await;
    let id = somebody(&app, "ada@example.com").await;
    let begun = sign_in(&app, "ada@example.com", PASSWORD).await;
    let kept = cookie(&begun);
    let me = bearer(&app, &begun.expect(201));

    app.given(|given| {
        diesel::update(users::table.find(id))
            .set(users::status.eq(UserStatus::Suspended))
            .execute(given.conn())
            .expect("suspended")
    });

    me.get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    refresh(&panel(&app, &kept))
        .await
        .problem(401, ProblemCode::Unauthenticated);
}

#[actix_web::test]
async fn the_first_administrator_is_made_once() {
    let app = TestApp::start().await;

    let first = bootstrap(&app).await.expect("a generated password");
    assert!(first.1.len() >= 20);
    assert_eq!(bootstrap(&app).await, None);

    assert_eq!(
        sign_in(&app, &first.0, &first.1).await.expect(201)["user"]["role"],
        "super_admin"
    );
    assert_eq!(
        app.count(
            "SELECT count(*) FROM audit_log WHERE action = 'user.bootstrap' AND actor_id IS NULL"
        ),
        1
    );
}

async fn bootstrap(app: &TestApp) -> Option<(String, String)> {
    accounts::sessions::bootstrap(&app.ctx)
        .await
        .expect("bootstrap")
}
