//! Tokens, cookies and passwords of an account that is blocked, which are rejected from the next request.

use super::status::run_action;
use crate::harness::{Client, TestApp};
use diesel::prelude::*;
use reqwest::Method;
use schema::users;
use serde_json::json;
use wire::{ProblemCode, UserId, accounts::users::UserRole};

const PASSWORD: &str = "nine purple umbrellas whisper";

/// A user who is signed in twice: with a token, and with the cookie of a browser.
struct SignedInUser {
    id: UserId,
    email: String,
    bearer: Client,
    browser: Client,
}

async fn sign_in_twice(app: &TestApp, role: UserRole, number: usize) -> SignedInUser {
    let email = format!("entered{number}@example.com");
    let hash = platform::auth::hash_password(PASSWORD.to_owned())
        .await
        .expect("a hash");
    let id = app.given(|given| {
        let id = given.person(role, &email, "Ada", "Lovelace");
        diesel::update(users::table.find(id))
            .set(users::password_hash.eq(&hash))
            .execute(given.conn())
            .expect("a password is set");
        id
    });
    let answer = sign_in(app, &email).await;
    let cookie = answer
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let granted = answer.expect(201);
    let token = format!("Bearer {}", granted["access_token"].as_str().unwrap());
    SignedInUser {
        id,
        email,
        bearer: app.anonymous().with("authorization", &token),
        browser: app
            .anonymous()
            .with("x-requested-with", "esim-admin")
            .with("cookie", &cookie),
    }
}

async fn sign_in(app: &TestApp, email: &str) -> crate::harness::Answer {
    let proof = json!({ "email": email, "password": PASSWORD });
    app.anonymous().post("/v1/sessions", proof).await
}

#[actix_web::test]
async fn blocked_user_loses_tokens_cookies_and_sign_in() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let acts = ["suspend", "ban", "deactivate", "erase", "delete", "demote"];
    for (number, what) in acts.into_iter().enumerate() {
        let role = if what == "demote" {
            UserRole::Admin
        } else {
            UserRole::Customer
        };
        let them = sign_in_twice(&app, role, number).await;
        them.bearer.get("/v1/users").await.expect(200);

        let path = format!("/v1/users/{}", them.id);
        let done = match what {
            "delete" => chief.delete(&path, 1).await,
            "demote" => {
                let body = json!({ "role": "support" });
                chief
                    .send(Method::PUT, &format!("{path}/role"), Some(body))
                    .await
            }
            act_ => run_action(&chief, them.id, act_).await,
        };

        assert!(done.status < 300, "{what}: {}", done.text());
        let refused = them.bearer.get("/v1/users").await;
        refused.problem(401, ProblemCode::Unauthenticated);
        let refreshed = them
            .browser
            .send(Method::POST, "/v1/sessions/refresh", None)
            .await;
        assert_eq!(refreshed.status, 401, "{what}: {}", refreshed.text());
        let again = sign_in(&app, &them.email).await.status;
        assert_eq!(again, if what == "demote" { 201 } else { 401 }, "{what}");
    }
}

#[actix_web::test]
async fn reactivated_user_keeps_no_old_sessions() {
    let app = TestApp::start().await;
    let chief = app.as_role(UserRole::SuperAdmin);
    let them = sign_in_twice(&app, UserRole::Customer, 1).await;
    run_action(&chief, them.id, "suspend").await.expect(200);
    run_action(&chief, them.id, "activate").await.expect(200);
    let refused = them.bearer.get("/v1/users").await;
    refused.problem(401, ProblemCode::Unauthenticated);
    let refreshed = them
        .browser
        .send(Method::POST, "/v1/sessions/refresh", None)
        .await;
    assert_eq!(refreshed.status, 401);
    sign_in(&app, &them.email).await.expect(201);
}
