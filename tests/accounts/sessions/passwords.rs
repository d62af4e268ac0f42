//! Passwords: what is taken, how they are changed, and the mails that let one choose one.

use super::{
    PASSWORD, bearer, cookie, enrol, panel, person, refresh, run, sign_in, sign_in_by_code,
    signed_in, somebody,
};
use crate::harness::{Answer, Client, TestApp};
use chrono::{TimeDelta, Utc};
use platform::crypto::Place;
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
async fn passwords_are_taken_as_they_are_and_easy_ones_not_at_all() {
    let app = TestApp::start().await;
    somebody(&app, ADA).await;
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
        &"ten letters ".repeat(22),
    ] {
        change(&me, PASSWORD, refused).await.refuses("new");
    }
    let mut current = PASSWORD.to_owned();
    let sixty_four = "kv8 wq2 zr5 tn7 ".repeat(4);
    for taken in [
        "fifteen letterz",
        sixty_four.as_str(),
        &long,
        "пароль из пяти слов",
        // The same letter as one character and as two: keyboards differ.
        "caf\u{e9} tournesol bleu",
    ] {
        assert_eq!(change(&me, &current, taken).await.status, 204, "{taken}");
        current = taken.to_owned();
        // Nothing is cut off, and spaces count.
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
async fn a_change_needs_the_old_one_and_ends_every_other_session() {
    let app = TestApp::start().await;
    somebody(&app, ADA).await;
    let elsewhere = sign_in(&app, ADA, PASSWORD).await;
    let kept = cookie(&elsewhere);
    let elsewhere = bearer(&app, &elsewhere.expect(201));
    let me = signed_in(&app, ADA).await;

    change(&me, "wrong", NEW).await.refuses("current");
    change(&me, PASSWORD, PASSWORD).await.refuses("new");
    assert_eq!(change(&me, PASSWORD, NEW).await.status, 204);

    elsewhere
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

async fn forget(app: &TestApp, email: &str) -> Answer {
    let who = json!({ "email": email });
    app.anonymous().post("/v1/passwords/forgotten", who).await
}

/// The token of the newest letter to somebody, as it lies sealed in the outbox.
pub fn password_token(app: &TestApp, user: UserId) -> String {
    use diesel::prelude::*;
    use schema::notifications as letters;
    let (id, sealed): (Uuid, Vec<u8>) = app.given(|given| {
        letters::table
            .filter(letters::user_id.eq(user))
            .filter(letters::dedupe_key.like("password-link:%"))
            .order_by(letters::id.desc())
            .select((letters::id, letters::message))
            .first(given.conn())
            .expect("a letter")
    });
    let place = Place::new("notifications", "message", id);
    let letter: Value =
        serde_json::from_str(&app.ctx.keys.open(place, &sealed).expect("opened")).expect("JSON");
    let text = letter["text"].as_str().expect("a text");
    let (_, rest) = text.split_once("/password#").expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

async fn set(app: &TestApp, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    app.anonymous().post("/v1/passwords/set", body).await
}

#[actix_web::test]
async fn who_forgot_their_password_chooses_another_by_mail() {
    let app = TestApp::start().await;
    let ada = somebody(&app, ADA).await;
    let begun = sign_in(&app, ADA, PASSWORD).await;
    let kept = cookie(&begun);
    let me = bearer(&app, &begun.expect(201));
    for _ in 0..10 {
        sign_in(&app, ADA, "guessed")
            .await
            .problem(401, ProblemCode::WrongCredentials);
    }

    assert_eq!(forget(&app, " ADA@example.com ").await.status, 202);
    assert_eq!(
        app.work().await,
        2,
        "the letter is written, and left in the outbox"
    );
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
    set(&app, &token, "short").await.refuses("password");
    set(&app, &token, "lovelace ada").await.refuses("password");
    let tries = futures_util::future::join_all((0..4).map(|_| set(&app, &token, NEW))).await;
    assert_eq!(
        tries.iter().filter(|answer| answer.status == 204).count(),
        1
    );

    set(&app, &token, NEW).await.refuses("token");
    me.get("/v1/sessions")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    refresh(&panel(&app, &kept))
        .await
        .problem(401, ProblemCode::Unauthenticated);
    // The owner is not kept out by who has guessed before.
    sign_in(&app, ADA, NEW).await.expect(201);
    assert_eq!(
        app.count("SELECT count(*) FROM notifications WHERE subject = 'Your password was changed'"),
        1
    );
}

#[actix_web::test]
async fn nobody_learns_from_a_forgotten_password_who_has_an_account() {
    let app = TestApp::start().await;
    somebody(&app, ADA).await;
    let banned = somebody(&app, "banned@example.com").await;
    run(
        &app,
        &format!("UPDATE users SET status = 'banned' WHERE id = '{banned}'"),
    );

    for email in [ADA, "banned@example.com", "nobody@example.com"] {
        let answer = forget(&app, email).await;
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
    app.work().await;
    assert_eq!(app.count("SELECT count(*) FROM password_links"), 1);
    assert_eq!(app.count("SELECT count(*) FROM notifications"), 1);
    let told = "SELECT count(*) FROM jobs WHERE payload::text LIKE '%example.com%'";
    assert_eq!(app.count(told), 0, "no job carries an address");
}

#[actix_web::test]
async fn a_mailbox_is_not_flooded() {
    let app = TestApp::start().await;
    somebody(&app, ADA).await;

    for _ in 0..8 {
        assert_eq!(forget(&app, ADA).await.status, 202);
    }
    app.work_through().await;
    assert_eq!(app.count("SELECT count(*) FROM password_links"), 3);

    for number in 0..22 {
        let email = format!("nobody{number}@example.com");
        assert_eq!(forget(&app, &email).await.status, 202, "{number}");
    }
    let flood = forget(&app, "another@example.com").await;
    flood.problem(429, ProblemCode::TooManyRequests);
}

#[actix_web::test]
async fn a_link_ends_by_itself_and_with_every_other_way_to_a_new_password() {
    let app = TestApp::start().await;
    let ada = somebody(&app, ADA).await;
    let me = signed_in(&app, ADA).await;
    let now = Utc::now();

    forget(&app, ADA).await;
    app.work_through().await;
    let first = password_token(&app, ada);
    app.ctx.clock.set(now + TimeDelta::minutes(31));
    set(&app, &first, NEW).await.refuses("token");
    app.ctx.clock.set(now);
    assert_eq!(change(&me, PASSWORD, NEW).await.status, 204);
    set(&app, &first, "another one of many words")
        .await
        .refuses("token");

    forget(&app, ADA).await;
    app.work_through().await;
    let second = password_token(&app, ada);
    run(&app, "UPDATE users SET status = 'suspended'");
    set(&app, &second, "another one of many words")
        .await
        .refuses("token");
    app.anonymous()
        .post("/v1/passwords/link", json!({ "token": "x" }))
        .await
        .refuses("token");
}

#[actix_web::test]
async fn a_mailbox_alone_does_not_open_an_account_with_a_second_factor() {
    let app = TestApp::start().await;
    let ada = somebody(&app, ADA).await;
    let (_, codes) = enrol(&app, &signed_in(&app, ADA).await).await;

    forget(&app, ADA).await;
    app.work_through().await;
    assert_eq!(set(&app, &password_token(&app, ada), NEW).await.status, 204);

    sign_in(&app, ADA, NEW)
        .await
        .problem(401, ProblemCode::SecondFactorRequired);
    run(&app, "DELETE FROM login_attempts");
    let old = sign_in_by_code(&app, ADA, &codes[0]).await;
    old.problem(401, ProblemCode::WrongCredentials);
}

#[actix_web::test]
async fn whoever_is_invited_chooses_their_first_password() {
    let app = TestApp::start().await;
    let grace =
        app.given(|given| given.person(UserRole::Customer, "grace@example.com", "Grace", "Hopper"));
    let invited = app
        .ctx
        .db
        .write(move |tx| accounts::sessions::invite(tx, grace))
        .await;
    invited.expect("invited");
    app.work_through().await;

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
async fn no_link_can_be_read_in_the_outbox_or_in_the_database() {
    let app = TestApp::start().await;
    let ada = person(&app, UserRole::Customer, ADA).await;
    forget(&app, ADA).await;
    app.work_through().await;
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
