//! Sign-in: responses do not reveal who has an account, and concurrent guesses are counted.

use super::{PASSWORD, admin_with_password, bearer, run, sign_in};
use crate::harness::{Client, ServerProcess, TestApp};
use diesel::prelude::*;
use futures_util::future::join_all;
use schema::users;
use serde_json::json;
use testkit::{Given, TestDatabase};
use wire::{
    ProblemCode,
    accounts::users::{UserRole, UserStatus},
};

#[actix_web::test]
async fn sign_in_requires_the_right_password() {
    let app = TestApp::start().await;
    let id = admin_with_password(&app, "ada@example.com").await;

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

/// The ways to block an account, as assignments of an SQL update.
const BLOCKED: [&str; 5] = [
    "status = 'suspended'",
    "status = 'banned'",
    "status = 'inactive'",
    "deleted_at = now()",
    "password_hash = '!'",
];

#[actix_web::test]
async fn sign_in_does_not_reveal_accounts_and_hashes_once_per_attempt() {
    let database = TestDatabase::migrated();
    let server = ServerProcess::start(&database.url(), &[("METRICS_TOKEN", "figures")]).await;
    let mut given = Given::new(database.connect(), crate::harness::keys(&database.url()));
    let hash = platform::auth::hash_password(PASSWORD.to_owned())
        .await
        .expect("a hash");
    let anonymous = server.anonymous();
    let tries = BLOCKED.iter().enumerate().map(|(number, change)| {
        let email = format!("kept-out-{number}@example.com");
        let id = given.person(UserRole::Admin, &email, "Ada", "Lovelace");
        let set = format!("UPDATE users SET password_hash = '{hash}' WHERE id = '{id}'");
        let change = format!("UPDATE users SET {change} WHERE id = '{id}'");
        for statement in [set, change] {
            diesel::sql_query(statement)
                .execute(given.conn())
                .expect("the statement runs");
        }
        (email, PASSWORD)
    });
    let tries: Vec<(String, &str)> = tries
        .chain([
            ("unknown@example.com".to_owned(), PASSWORD),
            ("admin@example.com".to_owned(), "wrong"),
        ])
        .collect();

    // The first attempt hashes the dummy password that attempts on unknown accounts are compared with.
    let first = json!({ "email": "first@example.com", "password": "first" });
    anonymous
        .post("/v1/sessions", first)
        .await
        .problem(401, ProblemCode::WrongCredentials);

    let mut bodies = Vec::new();
    for (email, password) in &tries {
        let before = hashes(&anonymous).await;
        let proof = json!({ "email": email, "password": password });
        let refused = anonymous.post("/v1/sessions", proof).await;
        let mut body = refused.problem(401, ProblemCode::WrongCredentials);
        body["request_id"].take();
        bodies.push(body);
        assert_eq!(hashes(&anonymous).await - before, 1, "{email}");
    }

    assert!(bodies.windows(2).all(|two| two[0] == two[1]), "{bodies:?}");
}

/// Returns how many passwords the server has hashed so far.
async fn hashes(client: &Client) -> u64 {
    let figures = client
        .with("authorization", "Bearer figures")
        .get("/metrics")
        .await;
    let text = figures.text();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("password_hashes_total "));
    line.expect("a figure").parse().expect("a number")
}

#[actix_web::test]
async fn rejected_sign_in_is_logged_and_creates_no_session() {
    let app = TestApp::start().await;
    let id = admin_with_password(&app, "ada@example.com").await;
    app.given(|given| {
        diesel::update(users::table.find(id))
            .set(users::status.eq(UserStatus::Suspended))
            .execute(given.conn())
            .expect("suspended")
    });

    for email in ["ada@example.com", "unknown@example.com"] {
        let refused = sign_in(&app, email, PASSWORD).await;
        refused.problem(401, ProblemCode::WrongCredentials);
    }

    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'session.reject'"),
        2
    );
    assert_eq!(app.count("SELECT count(*) FROM sessions"), 0);
}

#[actix_web::test]
async fn concurrent_password_guesses_are_limited_to_ten() {
    let app = TestApp::start().await;
    for email in ["ada@example.com", "grace@example.com"] {
        admin_with_password(&app, email).await;
    }

    for email in ["ada@example.com", "unknown@example.com"] {
        let (anonymous, guess) = (
            app.anonymous(),
            json!({ "email": email, "password": "wrong" }),
        );
        let guesses = (0..100).map(|_| anonymous.post("/v1/sessions", guess.clone()));
        let answers = join_all(guesses).await;
        let closed: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 429)
            .collect();
        assert!(closed.len() >= 90, "{email}: {}", closed.len());
        for answer in closed {
            let wait: u64 = answer.header("retry-after").parse().expect("seconds");
            assert!(wait >= 1, "{wait}");
        }
        run(
            &app,
            "UPDATE login_attempts SET failures = 0 WHERE failures >= 20",
        );
    }
    assert!(app.count("SELECT count(*) FROM audit_log WHERE action = 'session.reject'") <= 20);

    let blocked = sign_in(&app, "ada@example.com", PASSWORD).await;
    blocked.problem(429, ProblemCode::TooManyRequests);
    sign_in(&app, "grace@example.com", PASSWORD)
        .await
        .expect(201);

    run(
        &app,
        "UPDATE login_attempts SET blocked_until = now() - interval '1 second' WHERE blocked_until IS NOT NULL",
    );
    sign_in(&app, "ada@example.com", PASSWORD).await.expect(201);
}

#[actix_web::test]
async fn first_administrator_can_be_created_once() {
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
