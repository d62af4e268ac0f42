//! A change of an email address: nobody takes an account over by it quietly.

use crate::{
    accounts::sessions::password_token,
    harness::{Client, TestApp},
};
use chrono::{TimeDelta, Utc};
use diesel::prelude::*;
use platform::crypto::Place;
use schema::{notifications as letters, sessions, users};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{Permission, ProblemCode, UserId, accounts::users::UserRole};

const OLD: &str = "ada@example.com";
const NEW: &str = "mine@example.org";

/// A customer with a password.
async fn customer(app: &TestApp) -> UserId {
    let hash = platform::auth::hash_password("correct horse battery staple".to_owned())
        .await
        .expect("a hash");
    app.given(|given| {
        let id = given.person(UserRole::Customer, OLD, "Ada", "Lovelace");
        diesel::update(users::table.find(id))
            .set(users::password_hash.eq(hash))
            .execute(given.conn())
            .expect("a password");
        id
    })
}

/// The letters to somebody, the oldest first: where each goes, and what it says.
fn mail(app: &TestApp, user: UserId) -> Vec<(String, String)> {
    let rows: Vec<(Uuid, Option<Vec<u8>>, Vec<u8>)> = app.given(|given| {
        letters::table
            .filter(letters::user_id.eq(user))
            .order_by(letters::id)
            .select((letters::id, letters::destination, letters::message))
            .load(given.conn())
            .expect("letters")
    });
    let open = |id, column, sealed: &[u8]| {
        let place = Place::new("notifications", column, id);
        app.ctx.keys.open(place, sealed).expect("opened")
    };
    rows.into_iter()
        .map(|(id, to, message)| {
            let message: Value =
                serde_json::from_str(&open(id, "message", &message)).expect("JSON");
            let to = open(id, "destination", &to.expect("a destination"));
            (to, message["text"].as_str().expect("a text").to_owned())
        })
        .collect()
}

async fn forget(app: &TestApp, email: &str) {
    let who = json!({ "email": email });
    let answer = app.anonymous().post("/v1/passwords/forgotten", who).await;
    assert_eq!(answer.status, 202);
    app.work_through().await;
}

async fn move_to(client: &Client, id: UserId, email: &str) -> crate::harness::Answer {
    let place = format!("/v1/users/{id}");
    client.patch(&place, 1, json!({ "email": email })).await
}

#[actix_web::test]
async fn an_email_change_needs_a_recent_authentication() {
    let app = TestApp::start().await;
    let id = customer(&app).await;
    for role in [UserRole::Support, UserRole::Admin, UserRole::SuperAdmin] {
        let staff = app.as_role(role);
        let long_ago = Utc::now() - TimeDelta::hours(1);
        app.given(|given| {
            diesel::update(sessions::table.filter(sessions::user_id.eq(staff.id())))
                .set(sessions::confirmed_at.eq(long_ago))
                .execute(given.conn())
                .expect("long ago")
        });
        move_to(&staff, id, NEW)
            .await
            .problem(403, ProblemCode::ConfirmationRequired);
    }
    let admin = app.as_admin();
    app.execute("UPDATE sessions SET confirmed_at = NULL");
    let place = format!("/v1/users/{id}");
    let edit = json!({ "first_name": "Augusta", "email": "ADA@example.com" });
    admin.patch(&place, 1, edit).await.expect(200);
    assert_eq!(mail(&app, id), []);
}

#[actix_web::test]
async fn an_email_change_ends_what_the_old_mailbox_opened_and_tells_both() {
    let app = TestApp::start().await;
    let (id, began) = (customer(&app).await, Utc::now());
    let theirs = app.as_user(id);
    forget(&app, OLD).await;
    let old_link = password_token(&app, id);

    let moved = move_to(&app.as_role(UserRole::Support), id, NEW).await;
    moved.expect(200);

    theirs
        .get("/v1/me")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    let set = json!({ "token": old_link, "password": "nine purple umbrellas whisper" });
    let set = app.anonymous().post("/v1/passwords/set", set).await;
    set.refuses("token");
    let told = mail(&app, id);
    let (to_old, to_new) = (&told[1], &told[2]);
    assert_eq!((to_old.0.as_str(), to_new.0.as_str()), (OLD, NEW));
    assert!(
        to_old.1.contains("m•••@e•••.org") && to_old.1.contains("contact us"),
        "{}",
        to_old.1
    );
    assert!(!to_old.1.contains(NEW), "{}", to_old.1);

    // For a day no link goes to the new mailbox, and whoever asks for one learns when it will.
    forget(&app, NEW).await;
    let told = mail(&app, id);
    assert_eq!(told.len(), 4);
    assert!(
        told[3].1.contains("send no password link before") && !told[3].1.contains("/password#")
    );
    app.ctx.clock.set(began + TimeDelta::hours(25));
    forget(&app, NEW).await;
    let link = password_token(&app, id);
    let account = app
        .anonymous()
        .post("/v1/passwords/link", json!({ "token": link }))
        .await
        .expect(200);
    assert_eq!(account["email"], NEW);
}

#[actix_web::test]
async fn an_invitation_to_a_wrong_address_goes_out_again_after_the_pause() {
    let app = TestApp::start().await;
    let (admin, began) = (app.as_admin(), Utc::now());
    let new = json!({ "email": OLD, "first_name": "Ada", "last_name": "Lovelace" });
    let made = admin.post("/v1/users", new).await.expect(201);
    let id: UserId = wire::Param::parse(made["id"].as_str().expect("an id")).expect("an id");
    app.work_through().await;
    let invited = password_token(&app, id);

    move_to(&admin, id, NEW).await.expect(200);

    let link = json!({ "token": invited });
    let link = app.anonymous().post("/v1/passwords/link", link).await;
    link.refuses("token");
    app.ctx.clock.set(began + TimeDelta::hours(25));
    app.work_through().await;
    let account = app
        .anonymous()
        .post(
            "/v1/passwords/link",
            json!({ "token": password_token(&app, id) }),
        )
        .await
        .expect(200);
    assert_eq!(
        (&account["email"], &account["is_new"]),
        (&json!(NEW), &json!(true))
    );
}

#[actix_web::test]
async fn a_shop_changes_its_own_customers_address_with_the_same_consequences() {
    let app = TestApp::start().await;
    let (client, shop) = app.as_client(&[Permission::UsersWrite, Permission::UsersRead]);
    let id = app.given(|given| given.customer_of(client));
    let theirs = app.as_user(id);

    move_to(&shop, id, NEW).await.expect(200);

    theirs
        .get("/v1/me")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    assert_eq!(mail(&app, id).len(), 2);
    forget(&app, NEW).await;
    assert_eq!(app.count("SELECT count(*) FROM password_links"), 0);
}
