//! Signing in and out, passwords and two-factor authentication.

use super::{Browser, PASSWORD, open_as, panel, sign_in, user_with_password};
use crate::{
    accounts::sessions::{authenticator, code, password_token},
    harness::TestApp,
};
use chrono::{TimeDelta, Utc};
use diesel::RunQueryDsl;
use serde_json::json;
use totp_rs::Totp;
use wire::{UserId, accounts::users::UserRole};

const NEW: &str = "nine purple umbrellas whisper";

const FORM: &str =
    "const { x, y } = document.querySelector('#email').getBoundingClientRect(); return [x, y]";

#[actix_web::test]
async fn wrong_password_is_rejected_without_a_layout_shift() {
    let app = panel().await;
    let (email, _) = user_with_password(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.is_at("/login").await;
    browser.sees_element("#email").await;
    let position = browser.script(FORM).await;

    sign_in(&browser, &email, "not the password").await;

    browser
        .sees("The e-mail address or the password is wrong.")
        .await;
    assert_eq!(browser.script(FORM).await, position, "no layout shift");
    browser.is_at("/login").await;
    sign_in(&browser, &email, PASSWORD).await;
    browser.is_at("/billing/orders").await;
}

#[actix_web::test]
async fn customer_sign_in_shows_that_the_panel_is_for_staff() {
    let app = panel().await;
    let (email, _) = user_with_password(&app, UserRole::Customer).await;
    let browser = Browser::open(&app).await;

    sign_in(&browser, &email, PASSWORD).await;

    browser.sees("This panel is for the staff.").await;
    browser.reload().await;
    browser.is_at("/login").await;
    browser.sees_element("#email").await;
}

#[actix_web::test]
async fn session_survives_a_reload_and_ends_at_sign_out() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;

    browser.reload().await;
    browser.sees("No orders yet").await;
    browser.press_at(".topbar .account").await;
    browser.press("Sign out").await;
    browser.sees_element("#email").await;
    browser.go("/catalog/plans").await;
    browser.is_at("/login?next=%2Fcatalog%2Fplans").await;
    assert_eq!(
        app.count("SELECT count(*) FROM sessions WHERE revoked_at IS NULL"),
        0
    );
}

#[actix_web::test]
async fn sign_in_returns_to_the_deep_link() {
    let app = panel().await;
    let (email, _) = user_with_password(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.go("/catalog/plans?is_active=true").await;
    browser.sees_element("#email").await;

    sign_in(&browser, &email, PASSWORD).await;

    browser.is_at("/catalog/plans?is_active=true").await;
    browser.sees("No plans match").await;
}

#[actix_web::test]
async fn sign_in_ignores_a_foreign_next_address() {
    let app = panel().await;
    let (email, _) = user_with_password(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.go("/login?next=%2F%2Fevil.example").await;

    sign_in(&browser, &email, PASSWORD).await;

    browser.is_at("/billing/orders").await;
}

/// Sets up two-factor authentication for a user, and returns the authenticator and a recovery code.
async fn enrolled(app: &TestApp, user: UserId) -> (Totp, String) {
    let me = app.as_user(user);
    let enrolment = me.post("/v1/mfa", json!({})).await.expect(200);
    let totp = authenticator(&enrolment["secret"]);
    // An older code, so that the current code is still unused.
    let first = code(&totp, Utc::now() - TimeDelta::seconds(30));
    let enrolled = me.post("/v1/mfa/enrol", json!({ "code": first })).await;
    let recovery_code = enrolled.expect(200)["codes"][0].clone();
    (totp, recovery_code.as_str().expect("a code").to_owned())
}

#[actix_web::test]
async fn sign_in_asks_for_the_code_in_the_same_card() {
    let app = panel().await;
    let (email, id) = user_with_password(&app, UserRole::Admin).await;
    let (totp, recovery_code) = enrolled(&app, id).await;
    let browser = Browser::open(&app).await;
    browser.sees_element("#email").await;
    let card = "const { x, y, height } = document.querySelector('.auth-card').getBoundingClientRect(); return [x, y, height]";
    let position = browser.script(card).await;

    sign_in(&browser, &email, PASSWORD).await;
    browser.sees_element("#code").await;
    assert_eq!(browser.script(card).await, position, "no layout shift");
    browser.fill("Code", "000000").await;
    browser.press("Continue").await;
    browser.sees("Wrong, or used before.").await;
    browser.fill("Code", &code(&totp, Utc::now())).await;
    browser.press("Continue").await;
    browser.is_at("/billing/orders").await;

    browser.press_at(".topbar .account").await;
    browser.press("Sign out").await;
    sign_in(&browser, &email, PASSWORD).await;
    browser.press("Use a recovery code").await;
    browser.fill("Recovery code", &recovery_code).await;
    browser.press("Continue").await;
    browser.is_at("/billing/orders").await;
}

#[actix_web::test]
async fn user_sets_up_and_turns_off_two_factor_authentication() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.press_at(".topbar .account").await;
    browser.press("Your account").await;
    browser.is_at("/account").await;

    browser.press("Set up two-factor authentication").await;
    browser.sees_element(".picture svg").await;
    let secret = browser
        .script("return document.querySelector('.steps code').textContent.replaceAll(' ', '')")
        .await;
    let totp = authenticator(&secret);
    browser.fill("Code", "000000").await;
    browser.press("Confirm").await;
    browser
        .has_field_error("Code", "Wrong, or used before.")
        .await;
    let first = code(&totp, Utc::now() - TimeDelta::seconds(30));
    browser.fill("Code", &first).await;
    browser.press("Confirm").await;
    browser.sees("They are shown only once.").await;
    let recovery_codes = browser
        .script(
            "return [...document.querySelectorAll('.codes code')].map(code => code.textContent)",
        )
        .await;
    assert_eq!(recovery_codes.as_array().map(Vec::len), Some(10));
    browser.press("I have saved them").await;
    browser.sees("10 left").await;

    browser.press("Turn off").await;
    browser.fill("Your password", PASSWORD).await;
    browser
        .fill(
            "Code or recovery code",
            recovery_codes[0].as_str().expect("a code"),
        )
        .await;
    browser.press("Turn off").await;
    browser.sees("Set up two-factor authentication").await;
    assert_eq!(app.count("SELECT count(*) FROM mfa_factors"), 0);
}

#[actix_web::test]
async fn required_enrolment_hides_all_other_screens() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.sees("No orders yet").await;
    browser.press("Users").await;
    browser.sees("Office Administrator").await;
    // As in production, where staff need two-factor authentication.
    app.given(|given| {
        diesel::sql_query("UPDATE sessions SET is_limited = true")
            .execute(given.conn())
            .expect("limited")
    });

    browser.press("Plans").await;
    browser.sees("Your role requires it").await;
    assert!(!browser.has_element(".sidebar").await);
    browser.sees_element(".picture svg").await;
    let secret = browser
        .script("return document.querySelector('.steps code').textContent.replaceAll(' ', '')")
        .await;
    browser
        .fill("Code", &code(&authenticator(&secret), Utc::now()))
        .await;
    browser.press("Confirm").await;
    browser.press("I have saved them").await;
    browser.is_at("/catalog/plans").await;
    browser.sees("No plans yet").await;
}

#[actix_web::test]
async fn sensitive_action_requires_the_password_again() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/account").await;
    browser.sees("Set up two-factor authentication").await;
    app.given(|given| {
        diesel::sql_query("UPDATE sessions SET confirmed_at = now() - interval '1 hour'")
            .execute(given.conn())
            .expect("long ago")
    });

    browser.press("Set up two-factor authentication").await;
    browser.sees("Confirm it is you").await;
    browser.press("Cancel").await;
    browser.sees("Try again").await;
    browser.press("Try again").await;
    browser.fill("Your password", "not the password").await;
    browser.press("Confirm").await;
    browser.sees("This is not your password.").await;
    browser.fill("Your password", PASSWORD).await;
    browser.press("Confirm").await;
    browser.sees_element(".picture svg").await;
}

#[actix_web::test]
async fn forgotten_password_is_reset_by_email_link() {
    let app = panel().await;
    let (email, id) = user_with_password(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.press("Forgot your password?").await;
    browser.is_at("/forgot").await;
    browser.fill("E-mail address", &email).await;
    browser.press("Send link").await;
    browser.sees("we have sent an e-mail with a link").await;
    app.run_jobs().await;
    let token = password_token(&app, id);

    browser.go(&format!("/password#{token}")).await;
    browser.sees(&email).await;
    browser.is_at("/password").await;
    assert_eq!(
        browser.script("return location.hash").await,
        "",
        "the token is removed from the address"
    );
    browser.fill("New password", "short").await;
    browser.sees("7 more characters").await;
    browser.fill("New password", "password1234").await;
    browser.press("Set password").await;
    browser
        .has_field_error("New password", "This is easily guessed.")
        .await;
    browser.fill("New password", NEW).await;
    browser.press("Set password").await;
    browser.sees("Your password is set.").await;
    browser.press("Sign in").await;
    browser.is_at("/login").await;
    sign_in(&browser, &email, NEW).await;
    browser.is_at("/billing/orders").await;

    browser.go(&format!("/password#{token}")).await;
    browser
        .sees("This link has expired or was already used.")
        .await;
}

#[actix_web::test]
async fn password_change_ends_other_sessions() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/account").await;
    browser.sees("Current session").await;
    browser.sees("Current session").await;

    browser.fill("Current password", "wrong").await;
    browser.fill("New password", NEW).await;
    browser.press("Change password").await;
    browser
        .has_field_error("Current password", "This is not your password.")
        .await;
    browser.fill("Current password", PASSWORD).await;
    browser.press("Change password").await;
    browser.sees("Password changed").await;
    browser.has_value("Current password", "").await;
    browser.reload().await;
    browser.sees("Current session").await;
}

#[actix_web::test]
async fn form_is_submitted_after_the_session_ended_and_a_new_sign_in() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/accounts/users/new").await;
    browser.fill("First name", "Ada").await;
    browser.fill("Last name", "Lovelace").await;
    browser.fill("E-mail address", "ada@example.org").await;
    app.execute("UPDATE users SET session_epoch = session_epoch + 1");
    app.execute("UPDATE sessions SET revoked_at = now()");

    browser.press("Create customer").await;
    browser.sees("You were signed out").await;
    browser.fill("Password", "not the password").await;
    browser.press("Sign in").await;
    browser.sees("The password is wrong.").await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Sign in").await;

    // The panel sends the waiting call, and the user types nothing again.
    browser
        .wait_for_address("the customer", |address| {
            address.starts_with("/accounts/users/") && !address.ends_with("/new")
        })
        .await;
    browser.sees("Ada Lovelace").await;
    assert_eq!(
        app.count("SELECT count(*) FROM users WHERE role = 'customer'"),
        1
    );
}

#[actix_web::test]
async fn ended_session_shows_a_message_and_the_sign_in_page() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;
    app.execute("UPDATE users SET session_epoch = session_epoch + 1");
    app.execute("UPDATE sessions SET revoked_at = now()");

    // The next request ends the session in the panel. Here, opening another list sends it.
    browser
        .script("document.querySelector('.nav a[href=\"/catalog/plans\"], a[href=\"/catalog/plans\"]')?.click()")
        .await;

    browser.sees("You were signed out.").await;
    browser
        .wait_for_address("the sign-in", |address| {
            address.starts_with("/login?next=%2F")
        })
        .await;
    browser
        .wait_for(
            "the e-mail field has the focus",
            "return document.activeElement.id === 'email' || null",
        )
        .await;
}

#[actix_web::test]
async fn deep_link_is_decoded_once_and_keeps_its_fragment() {
    let app = panel().await;
    let (email, _) = user_with_password(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.go("/catalog/plans?q=%2541#part").await;
    browser.sees_element("#email").await;

    sign_in(&browser, &email, PASSWORD).await;

    browser.is_at("/catalog/plans?q=%2541").await;
    browser.has_value("Search by name", "%41").await;
    assert_eq!(browser.script("return location.hash").await, json!("#part"));
    browser.fill("Search by name", "%42").await;
    browser.is_at("/catalog/plans?q=%2542").await;
    browser.reload().await;
    browser.has_value("Search by name", "%42").await;
}
