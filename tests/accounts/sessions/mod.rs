//! Signing in and staying signed in.

mod authentication;
mod confirmation;
mod links;
mod lockout;
mod mfa;
mod passwords;
mod refresh;
mod revocation;

pub use passwords::password_token;

use crate::harness::{Answer, Client, TestApp};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use schema::users;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};
use wire::{UserId, accounts::users::UserRole};

const PASSWORD: &str = "correct horse battery staple";

/// Writes an administrator with a password.
async fn admin_with_password(app: &TestApp, email: &str) -> UserId {
    user_with_password(app, UserRole::Admin, email).await
}

/// Writes a user with a password.
pub async fn user_with_password(app: &TestApp, role: UserRole, email: &str) -> UserId {
    let hash = platform::auth::hash_password(PASSWORD.to_owned())
        .await
        .expect("a hash");
    app.given(|given| {
        let id = given.person(role, email, "Ada", "Lovelace");
        diesel::update(users::table.find(id))
            .set(users::password_hash.eq(hash))
            .execute(given.conn())
            .expect("a password is set");
        id
    })
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    let proof = json!({ "email": email, "password": password });
    app.anonymous().post("/v1/sessions", proof).await
}

async fn sign_in_by_code(app: &TestApp, email: &str, code: &str) -> Answer {
    let proof = json!({ "email": email, "password": PASSWORD, "code": code });
    app.anonymous().post("/v1/sessions", proof).await
}

/// Signs a user in as the panel does.
async fn signed_in(app: &TestApp, email: &str) -> Client {
    bearer(app, &sign_in(app, email, PASSWORD).await.expect(201))
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

/// Stops the clock some minutes ago, so that a test can advance it while tokens stay valid.
fn stop_clock(app: &TestApp) -> DateTime<Utc> {
    let time = Utc::now() - TimeDelta::minutes(9);
    app.ctx.clock.set(time);
    time
}

/// Returns an authenticator with this secret.
pub fn authenticator(secret: &Value) -> Totp {
    let secret = Secret::try_from_base32(secret.as_str().expect("a secret")).expect("base32");
    Builder::new()
        .with_secret(secret)
        .build()
        .expect("an authenticator")
}

/// Returns the code of an authenticator at a time.
pub fn code(totp: &Totp, at: DateTime<Utc>) -> String {
    totp.generate(at.timestamp().try_into().expect("a time"))
        .to_string()
}

/// Enrols a second factor: returns the authenticator and the recovery codes.
async fn enrol(app: &TestApp, me: &Client) -> (Totp, Vec<String>) {
    let begun = me.post("/v1/mfa", json!({})).await.expect(200);
    let totp = authenticator(&begun["secret"]);
    let first = json!({ "code": code(&totp, app.ctx.clock.now()) });
    let codes = me.post("/v1/mfa/enrol", first).await.expect(200);
    let codes = codes["codes"].as_array().expect("codes").iter();
    let codes = codes
        .map(|code| code.as_str().expect("a code").to_owned())
        .collect();
    (totp, codes)
}
