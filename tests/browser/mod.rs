//! Tests of the panel in a real browser against the real server.

mod accessibility;
mod catalog;
mod chromium;
mod clients;
mod driver;
mod esims;
mod finding;
mod forms;
mod kyc;
mod lists;
mod promotions;
mod refunds;
mod sale;
mod security;
mod sessions;
mod support;
mod users;

use crate::{billing::refunds::sell, harness::TestApp};
use driver::Browser;
use serde_json::Value;
use std::env;
use wire::{UserId, accounts::users::UserRole};

/// The password of every user in these tests.
const PASSWORD: &str = "correct horse battery staple";

/// Starts a server that serves the built panel.
async fn panel() -> TestApp {
    let folder = env::var("PANEL_DIR")
        .expect("PANEL_DIR names the built panel: run `cargo xtask test --only browser`");
    TestApp::with_env(&[("PANEL_DIR", &folder)]).await
}

/// Creates a user with a password, and returns the e-mail address and the ID of the user.
async fn user_with_password(app: &TestApp, role: UserRole) -> (String, UserId) {
    let email = format!("{role}@example.com");
    let hash = platform::auth::hash_password(PASSWORD.to_owned())
        .await
        .expect("a hash");
    let (ctx, address) = (app.ctx.clone(), email.clone());
    let id = app
        .ctx
        .db
        .write(move |tx| accounts::users::insert_staff(tx, &ctx.keys, &address, role, &hash))
        .await
        .expect("a user is created");
    (email, id)
}

/// Opens the panel and signs in as a user with this role.
async fn open_as(app: &TestApp, role: UserRole) -> Browser {
    let (email, _) = user_with_password(app, role).await;
    let browser = Browser::open(app).await;
    browser.is_at("/login").await;
    sign_in(&browser, &email, PASSWORD).await;
    browser.is_at("/billing/orders").await;
    browser
}

/// Sells one eSIM of a new plan to a new customer, Ada Lovelace. Returns the order and the ID of its payment.
async fn sold_esim(app: &TestApp, price: &str) -> (Value, String) {
    let plan = app.stocked_plan(price);
    let ada =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    sell(app, &app.as_role(UserRole::SuperAdmin), plan, ada).await
}

/// Returns the address of an order's page.
fn order_page(order: &Value) -> String {
    format!("/billing/orders/{}", order["id"].as_str().expect("an id"))
}

async fn sign_in(browser: &Browser, email: &str, password: &str) {
    browser.fill("E-mail address", email).await;
    browser.fill("Password", password).await;
    browser.press("Sign in").await;
}
