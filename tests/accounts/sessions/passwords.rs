//! Passwords: which are accepted, how they are changed, and the emails with links to set one.

use super::{
    PASSWORD, admin_with_password, bearer, cookie, enrol, panel, refresh, run, sign_in,
    sign_in_by_code, signed_in, user_with_password,
};
use crate::harness::{Answer, Client, TestApp};
use chrono::{TimeDelta, Utc};
use platform::crypto::FieldContext;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{ProblemCode, UserId, accounts::users::UserRole};

const ADA: &str = "ada@example.com";
const NEW: &str = "nine purple umbrellas whisper";

async fn change(me: &Client, current: &str, new: &str) -> Answer {
    let body = json!({ "current": current, "new": new });
    me.post("/v1/passwords/change", body).await
}

#[actix_web::test]
async fn passwords_are_kept_unchanged_and_weak_ones_rejected() {
    let app = TestApp::start().await;
    admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let long = "a1 B2-c3_d4 é5 ü6 ".repeat(11) + "xy";
    assert_eq!(
        (long.chars().count(), NEW.chars().count() > 15),
        (200, true)
    );

    for refused in [
        "seven77",
        "eight888",
        "elevenchars",
        "Password123!",
        "qwertyuiop12",
        "iloveyouforever",
        "123456789012",
        "ada@example.com",
        "lovelace ada",
        "nul\0in the middle of it",
        &"ten symbols ".repeat(22),
    ] {
        change(&me, PASSWORD, refused).await.rejects_field("new");
    }
    let mut current = PASSWORD.to_owned();
    let sixty_four = "kv8 wq2 zr5 tn7 ".repeat(4);
    for taken in [
        "fifteen letterz",
        sixty_four.as_str(),
        &long,
        "пароль из пяти слов",
        // The same character as one code point and as two: keyboards differ.
        "caf\u{e9} tournesol bleu",
    ] {
        assert_eq!(change(&me, &current, taken).await.status, 204, "{taken}");
        current = taken.to_owned();
        // The password is not truncated, and spaces count.
        let cut: String = taken.chars().take(taken.chars().count() - 1).collect();
        let almost = sign_in(&app, ADA, &cut).await;
        almost.problem(401, ProblemCode::WrongCredentials);
        sign_in(&app, ADA, taken).await.expect(201);
    }
    sign_in(&app, ADA, "cafe\u{301} tournesol bleu")
        .await
        .expect(201);
}

#[actix_web::test]
async fn password_change_requires_the_old_one_and_ends_other_sessions() {
    let app = TestApp::start().await;
    admin_with_password(&app, ADA).await;
    let other = sign_in(&app, ADA, PASSWORD).await;
    let kept = cookie(&other);
    let other = bearer(&app, &other.expect(201));
    let me = signed_in(&app, ADA).await;

    change(&me, "wrong", NEW).await.rejects_field("current");
    change(&me, PASSWORD, PASSWORD).await.rejects_field("new");
    assert_eq!(change(&me, PASSWORD, NEW).await.status, 204);

    other
        .get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    refresh(&panel(&app, &kept))
        .await
        .problem(401, ProblemCode::Unauthenticated);
    assert_eq!(me.get("/v1/sessions").await.status, 200);
    sign_in(&app, ADA, PASSWORD)
        .await
        .problem(401, ProblemCode::WrongCredentials);
    sign_in(&app, ADA, NEW).await.expect(201);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'password.change'"),
        1
    );
    assert_eq!(
        app.count("SELECT count(*) FROM notifications WHERE subject = 'Your password was changed'"),
        1
    );
}

async fn request_reset(app: &TestApp, email: &str) -> Answer {
    let who = json!({ "email": email });
    app.anonymous().post("/v1/passwords/forgotten", who).await
}

/// Returns the token of the newest password email to a user, from the encrypted outbox.
pub fn password_token(app: &TestApp, user: UserId) -> String {
    use diesel::prelude::*;
    use schema::notifications as emails;
    let (id, sealed): (Uuid, Vec<u8>) = app.given(|given| {
        emails::table
            .filter(emails::user_id.eq(user))
            .filter(emails::dedupe_key.like("password-link:%"))
            .order_by(emails::id.desc())
            .select((emails::id, emails::message))
            .first(given.conn())
            .expect("an email")
    });
    let context = FieldContext::new("notifications", "message", id);
    let email: Value =
        serde_json::from_str(&app.ctx.keys.open(context, &sealed).expect("opened")).expect("JSON");
    let text = email["text"].as_str().expect("a text");
    let (_, rest) = text.split_once("/password#").expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

async fn set(app: &TestApp, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    app.anonymous().post("/v1/passwords/set", body).await
}

#[actix_web::test]
async fn forgotten_password_is_reset_by_email() {
    let app = TestApp::start().await;
    let ada = admin_with_password(&app, ADA).await;
    let begun = sign_in(&app, ADA, PASSWORD).await;
    let kept = cookie(&begun);
    let me = bearer(&app, &begun.expect(201));
    for _ in 0..10 {
        sign_in(&app, ADA, "guessed")
            .await
            .problem(401, ProblemCode::WrongCredentials);
    }

    assert_eq!(request_reset(&app, " ADA@example.com ").await.status, 202);
    assert_eq!(app.run_jobs().await, 2, "the email is in the outbox");
    let token = password_token(&app, ada);
    let link = json!({ "token": token });
    let account = app
        .anonymous()
        .post("/v1/passwords/link", link)
        .await
        .expect(200);
    assert_eq!(
        account,
        json!({ "email": ADA, "is_staff": true, "is_new": false })
    );
    set(&app, &token, "short").await.rejects_field("password");
    set(&app, &token, "lovelace ada")
        .await
        .rejects_field("password");
    let tries = futures_util::future::join_all((0..4).map(|_| set(&app, &token, NEW))).await;
    assert_eq!(
        tries.iter().filter(|answer| answer.status == 204).count(),
        1
    );

    set(&app, &token, NEW).await.rejects_field("token");
    me.get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    refresh(&panel(&app, &kept))
        .await
        .problem(401, ProblemCode::Unauthenticated);
    // Earlier guesses do not lock the owner out.
    sign_in(&app, ADA, NEW).await.expect(201);
    assert_eq!(
        app.count("SELECT count(*) FROM notifications WHERE subject = 'Your password was changed'"),
        1
    );
}

#[actix_web::test]
async fn password_reset_does_not_reveal_accounts() {
    let app = TestApp::start().await;
    admin_with_password(&app, ADA).await;
    let banned = admin_with_password(&app, "banned@example.com").await;
    run(
        &app,
        &format!("UPDATE users SET status = 'banned' WHERE id = '{banned}'"),
    );

    for email in [ADA, "banned@example.com", "unknown@example.com"] {
        let answer = request_reset(&app, email).await;
        assert_eq!(
            (answer.status, answer.text()),
            (202, String::new()),
            "{email}"
        );
    }

    assert_eq!(
        app.count("SELECT count(*) FROM jobs WHERE kind = 'sessions.password_link'"),
        3
    );
    app.run_jobs().await;
    assert_eq!(app.count("SELECT count(*) FROM password_links"), 1);
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 1);
    let jobs_with_addresses = "SELECT count(*) FROM jobs WHERE payload::text LIKE '%example.com%'";
    assert_eq!(
        app.count(jobs_with_addresses),
        0,
        "no job carries an address"
    );
}

#[actix_web::test]
async fn password_reset_emails_are_limited() {
    let app = TestApp::start().await;
    admin_with_password(&app, ADA).await;

    for _ in 0..8 {
        assert_eq!(request_reset(&app, ADA).await.status, 202);
    }
    app.run_all_jobs().await;
    assert_eq!(app.count("SELECT count(*) FROM password_links"), 3);

    for number in 0..22 {
        let email = format!("unknown{number}@example.com");
        assert_eq!(request_reset(&app, &email).await.status, 202, "{number}");
    }
    let flood = request_reset(&app, "another@example.com").await;
    flood.problem(429, ProblemCode::TooManyRequests);
}

#[actix_web::test]
async fn password_link_expires_and_is_revoked_by_a_new_password() {
    let app = TestApp::start().await;
    let ada = admin_with_password(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let now = Utc::now();

    request_reset(&app, ADA).await;
    app.run_all_jobs().await;
    let first = password_token(&app, ada);
    app.ctx.clock.set(now + TimeDelta::minutes(31));
    set(&app, &first, NEW).await.rejects_field("token");
    app.ctx.clock.set(now);
    assert_eq!(change(&me, PASSWORD, NEW).await.status, 204);
    set(&app, &first, "another one of many words")
        .await
        .rejects_field("token");

    request_reset(&app, ADA).await;
    app.run_all_jobs().await;
    let second = password_token(&app, ada);
    run(&app, "UPDATE users SET status = 'suspended'");
    set(&app, &second, "another one of many words")
        .await
        .rejects_field("token");
    app.anonymous()
        .post("/v1/passwords/link", json!({ "token": "x" }))
        .await
        .rejects_field("token");
}

#[actix_web::test]
async fn password_reset_does_not_bypass_mfa() {
    let app = TestApp::start().await;
    let ada = admin_with_password(&app, ADA).await;
    let (_, codes) = enrol(&app, &signed_in(&app, ADA).await).await;

    request_reset(&app, ADA).await;
    app.run_all_jobs().await;
    assert_eq!(set(&app, &password_token(&app, ada), NEW).await.status, 204);

    sign_in(&app, ADA, NEW)
        .await
        .problem(401, ProblemCode::SecondFactorRequired);
    run(&app, "DELETE FROM login_attempts");
    let old = sign_in_by_code(&app, ADA, &codes[0]).await;
    old.problem(401, ProblemCode::WrongCredentials);
}

#[actix_web::test]
async fn invited_user_chooses_first_password() {
    let app = TestApp::start().await;
    let grace =
        app.given(|given| given.person(UserRole::Customer, "grace@example.com", "Grace", "Hopper"));
    let invited = app
        .ctx
        .db
        .write(move |tx| accounts::sessions::invite(tx, grace))
        .await;
    invited.expect("invited");
    app.run_all_jobs().await;

    let token = password_token(&app, grace);
    let link = app
        .anonymous()
        .post("/v1/passwords/link", json!({ "token": token }))
        .await;
    let account = json!({ "email": "grace@example.com", "is_staff": false, "is_new": true });
    assert_eq!(link.expect(200), account);
    app.ctx.clock.set(Utc::now() + TimeDelta::days(6));
    assert_eq!(set(&app, &token, NEW).await.status, 204);
    app.ctx.clock.set(Utc::now());
    sign_in(&app, "grace@example.com", NEW).await.expect(201);
}

#[actix_web::test]
async fn password_links_are_not_readable_in_outbox_or_database() {
    let app = TestApp::start().await;
    let ada = user_with_password(&app, UserRole::Customer, ADA).await;
    request_reset(&app, ADA).await;
    app.run_all_jobs().await;
    let token = password_token(&app, ada);

    let shown = app.as_admin().get("/v1/notifications").await.expect(200);
    let message = shown["data"][0]["message"].as_str().expect("a message");
    assert!(
        message.contains("/password#••••••••") && !message.contains(&token),
        "{message}"
    );
    for table in ["password_links", "notifications", "jobs", "audit_log"] {
        let found = format!("SELECT count(*) FROM {table} t WHERE t::text LIKE '%{token}%'");
        assert_eq!(app.count(&found), 0, "{table}");
    }
}
