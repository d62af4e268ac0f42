//! Changes of an email address, which must not let another person take an account over.

use crate::{
    accounts::sessions::{password_token, user_with_password},
    harness::{Client, TestApp},
};
use chrono::{TimeDelta, Utc};
use diesel::prelude::*;
use platform::crypto::FieldContext;
use schema::{notifications, sessions};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{Permission, ProblemCode, UserId, accounts::users::UserRole};

const OLD: &str = "ada@example.com";
const NEW: &str = "mine@example.org";

/// Writes a customer with a password.
async fn customer(app: &TestApp) -> UserId {
    user_with_password(app, UserRole::Customer, OLD).await
}

/// Returns the emails to a user, oldest first: the address and the text of each.
fn emails(app: &TestApp, user: UserId) -> Vec<(String, String)> {
    let rows: Vec<(Uuid, Option<Vec<u8>>, Vec<u8>)> = app.given(|given| {
        notifications::table
            .filter(notifications::user_id.eq(user))
            .order_by(notifications::id)
            .select((
                notifications::id,
                notifications::destination,
                notifications::message,
            ))
            .load(given.conn())
            .expect("emails")
    });
    let open = |id, column, sealed: &[u8]| {
        let context = FieldContext::new("notifications", column, id);
        app.ctx.keys.open(context, sealed).expect("opened")
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

async fn request_reset(app: &TestApp, email: &str) {
    let who = json!({ "email": email });
    let answer = app.anonymous().post("/v1/passwords/forgotten", who).await;
    assert_eq!(answer.status, 202);
    app.run_all_jobs().await;
}

async fn change_email(client: &Client, id: UserId, email: &str) -> crate::harness::Answer {
    let path = format!("/v1/users/{id}");
    client.patch(&path, 1, json!({ "email": email })).await
}

#[actix_web::test]
async fn email_change_requires_recent_authentication() {
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
        change_email(&staff, id, NEW)
            .await
            .problem(403, ProblemCode::ConfirmationRequired);
    }
    let admin = app.as_admin();
    app.execute("UPDATE sessions SET confirmed_at = NULL");
    let path = format!("/v1/users/{id}");
    let edit = json!({ "first_name": "Augusta", "email": "ADA@example.com" });
    admin.patch(&path, 1, edit).await.expect(200);
    assert_eq!(emails(&app, id), []);
}

#[actix_web::test]
async fn email_change_revokes_sessions_and_links_and_notifies_both_addresses() {
    let app = TestApp::start().await;
    let (id, began) = (customer(&app).await, Utc::now());
    let theirs = app.as_user(id);
    request_reset(&app, OLD).await;
    let old_link = password_token(&app, id);

    let moved = change_email(&app.as_role(UserRole::Support), id, NEW).await;
    moved.expect(200);

    theirs
        .get("/v1/me")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    let set = json!({ "token": old_link, "password": "nine purple umbrellas whisper" });
    let set = app.anonymous().post("/v1/passwords/set", set).await;
    set.rejects_field("token");
    let sent = emails(&app, id);
    let (to_old, to_new) = (&sent[1], &sent[2]);
    assert_eq!((to_old.0.as_str(), to_new.0.as_str()), (OLD, NEW));
    assert!(
        to_old.1.contains("m•••@e•••.org") && to_old.1.contains("contact us"),
        "{}",
        to_old.1
    );
    assert!(!to_old.1.contains(NEW), "{}", to_old.1);

    // For a day no link goes to the new address; an email says when the account can have one.
    request_reset(&app, NEW).await;
    let sent = emails(&app, id);
    assert_eq!(sent.len(), 4);
    assert!(
        sent[3].1.contains("send no password link before") && !sent[3].1.contains("/password#")
    );
    app.ctx.clock.set(began + TimeDelta::hours(25));
    request_reset(&app, NEW).await;
    let link = password_token(&app, id);
    let account = app
        .anonymous()
        .post("/v1/passwords/link", json!({ "token": link }))
        .await
        .expect(200);
    assert_eq!(account["email"], NEW);
}

#[actix_web::test]
async fn invitation_is_sent_to_a_corrected_address_after_a_day() {
    let app = TestApp::start().await;
    let (admin, began) = (app.as_admin(), Utc::now());
    let new = json!({ "email": OLD, "first_name": "Ada", "last_name": "Lovelace" });
    let made = admin.post("/v1/users", new).await.expect(201);
    let id: UserId = wire::Param::parse(made["id"].as_str().expect("an id")).expect("an id");
    app.run_all_jobs().await;
    let invited = password_token(&app, id);

    change_email(&admin, id, NEW).await.expect(200);

    let link = json!({ "token": invited });
    let link = app.anonymous().post("/v1/passwords/link", link).await;
    link.rejects_field("token");
    app.ctx.clock.set(began + TimeDelta::hours(25));
    app.run_all_jobs().await;
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
async fn email_change_by_api_client_revokes_sessions_and_links() {
    let app = TestApp::start().await;
    let (client, shop) = app.as_client(&[Permission::UsersWrite, Permission::UsersRead]);
    let id = app.given(|given| given.customer_of(client));
    let theirs = app.as_user(id);

    change_email(&shop, id, NEW).await.expect(200);

    theirs
        .get("/v1/me")
        .await
        .problem(401, ProblemCode::Unauthenticated);
    assert_eq!(emails(&app, id).len(), 2);
    request_reset(&app, NEW).await;
    assert_eq!(app.count("SELECT count(*) FROM password_links"), 0);
}
