//! Coming in and going out, and what one proves oneself with.

use super::{Browser, PASSWORD, opened_by, panel, sign_in, somebody};
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
async fn a_wrong_password_is_refused_and_the_form_stays_where_it_is() {
    let app = panel().await;
    let (email, _) = somebody(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.is_at("/login").await;
    browser.finds("#email").await;
    let place = browser.script(FORM).await;

    sign_in(&browser, &email, "not the password").await;

    browser
        .sees("The e-mail address or the password is wrong.")
        .await;
    assert_eq!(browser.script(FORM).await, place, "nothing jumps");
    browser.is_at("/login").await;
    sign_in(&browser, &email, PASSWORD).await;
    browser.is_at("/billing/orders").await;
}

#[actix_web::test]
async fn a_customer_is_told_that_the_panel_is_for_the_staff() {
    let app = panel().await;
    let (email, _) = somebody(&app, UserRole::Customer).await;
    let browser = Browser::open(&app).await;

    sign_in(&browser, &email, PASSWORD).await;

    browser.sees("This panel is for the staff.").await;
    browser.reload().await;
    browser.is_at("/login").await;
    browser.finds("#email").await;
}

#[actix_web::test]
async fn a_session_outlives_a_reload_and_ends_with_the_sign_out() {
    let app = panel().await;
    let browser = opened_by(&app, UserRole::Admin).await;

    browser.reload().await;
    browser.sees("No orders yet").await;
    browser.press_at(".topbar .account").await;
    browser.press("Sign out").await;
    browser.finds("#email").await;
    browser.go("/catalog/plans").await;
    browser.is_at("/login?next=%2Fcatalog%2Fplans").await;
    assert_eq!(
        app.count("SELECT count(*) FROM sessions WHERE revoked_at IS NULL"),
        0
    );
}

#[actix_web::test]
async fn whoever_followed_a_link_arrives_there_after_signing_in() {
    let app = panel().await;
    let (email, _) = somebody(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.go("/catalog/plans?is_active=true").await;
    browser.finds("#email").await;

    sign_in(&browser, &email, PASSWORD).await;

    browser.is_at("/catalog/plans?is_active=true").await;
    browser.sees("No plans match").await;
}

#[actix_web::test]
async fn a_link_to_elsewhere_leads_nowhere_but_home() {
    let app = panel().await;
    let (email, _) = somebody(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.go("/login?next=%2F%2Fevil.example").await;

    sign_in(&browser, &email, PASSWORD).await;

    browser.is_at("/billing/orders").await;
}

/// Sets up a second factor for somebody, as the panel does, and brings the authenticator and a recovery code.
async fn enrolled(app: &TestApp, user: UserId) -> (Totp, String) {
    let me = app.as_user(user);
    let begun = me.post("/v1/factor", json!({})).await.expect(200);
    let totp = authenticator(&begun["secret"]);
    // An older code, so that the one of now has not served yet.
    let first = code(&totp, Utc::now() - TimeDelta::seconds(30));
    let enrolled = me.post("/v1/factor/enrol", json!({ "code": first })).await;
    let kept = enrolled.expect(200)["codes"][0].clone();
    (totp, kept.as_str().expect("a code").to_owned())
}

#[actix_web::test]
async fn a_second_factor_is_asked_for_in_the_same_card() {
    let app = panel().await;
    let (email, id) = somebody(&app, UserRole::Admin).await;
    let (totp, kept) = enrolled(&app, id).await;
    let browser = Browser::open(&app).await;
    browser.finds("#email").await;
    let card = "const { x, y, height } = document.querySelector('.auth-card').getBoundingClientRect(); return [x, y, height]";
    let place = browser.script(card).await;

    sign_in(&browser, &email, PASSWORD).await;
    browser.finds("#code").await;
    assert_eq!(browser.script(card).await, place, "nothing jumps");
    browser.fill("Code", "000000").await;
    browser.press("Go on").await;
    browser.sees("Wrong, or used before.").await;
    browser.fill("Code", &code(&totp, Utc::now())).await;
    browser.press("Go on").await;
    browser.is_at("/billing/orders").await;

    browser.press_at(".topbar .account").await;
    browser.press("Sign out").await;
    sign_in(&browser, &email, PASSWORD).await;
    browser.press("Use a recovery code").await;
    browser.fill("Recovery code", &kept).await;
    browser.press("Go on").await;
    browser.is_at("/billing/orders").await;
}

#[actix_web::test]
async fn one_sets_up_a_second_factor_and_turns_it_off_again() {
    let app = panel().await;
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.press_at(".topbar .account").await;
    browser.press("Your account").await;
    browser.is_at("/account").await;

    browser.press("Set up a second factor").await;
    browser.finds(".picture svg").await;
    let secret = browser
        .script("return document.querySelector('.steps code').textContent.replaceAll(' ', '')")
        .await;
    let totp = authenticator(&secret);
    browser.fill("Code", "000000").await;
    browser.press("Confirm").await;
    browser.faults("Code", "Wrong, or used before.").await;
    let first = code(&totp, Utc::now() - TimeDelta::seconds(30));
    browser.fill("Code", &first).await;
    browser.press("Confirm").await;
    browser.sees("They are shown only now.").await;
    let kept = browser
        .script(
            "return [...document.querySelectorAll('.codes code')].map(code => code.textContent)",
        )
        .await;
    assert_eq!(kept.as_array().map(Vec::len), Some(10));
    browser.press("I have kept them").await;
    browser.sees("10 left").await;

    browser.press("Turn off").await;
    browser.fill("Your password", PASSWORD).await;
    browser
        .fill("Code or recovery code", kept[0].as_str().expect("a code"))
        .await;
    browser.press("Turn off").await;
    browser.sees("Set up a second factor").await;
    assert_eq!(app.count("SELECT count(*) FROM mfa_factors"), 0);
}

#[actix_web::test]
async fn who_has_to_set_up_a_factor_sees_nothing_else() {
    let app = panel().await;
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.sees("No orders yet").await;
    browser.press("Users").await;
    browser.sees("Office Administrator").await;
    // As it is in production, where the staff needs one.
    app.given(|given| {
        diesel::sql_query("UPDATE sessions SET is_limited = true")
            .execute(given.conn())
            .expect("limited")
    });

    browser.press("Plans").await;
    browser.sees("Your role needs one").await;
    assert!(!browser.shows(".sidebar").await);
    browser.finds(".picture svg").await;
    let secret = browser
        .script("return document.querySelector('.steps code').textContent.replaceAll(' ', '')")
        .await;
    browser
        .fill("Code", &code(&authenticator(&secret), Utc::now()))
        .await;
    browser.press("Confirm").await;
    browser.press("I have kept them").await;
    browser.is_at("/catalog/plans").await;
    browser.sees("No plans yet").await;
}

#[actix_web::test]
async fn an_act_of_weight_asks_who_one_is_and_is_then_done() {
    let app = panel().await;
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.go("/account").await;
    browser.sees("Set up a second factor").await;
    app.given(|given| {
        diesel::sql_query("UPDATE sessions SET confirmed_at = now() - interval '1 hour'")
            .execute(given.conn())
            .expect("long ago")
    });

    browser.press("Set up a second factor").await;
    browser.sees("Confirm it is you").await;
    browser.press("Cancel").await;
    browser.sees("Try again").await;
    browser.press("Try again").await;
    browser.fill("Your password", "not the password").await;
    browser.press("Confirm").await;
    browser.sees("This is not your password.").await;
    browser.fill("Your password", PASSWORD).await;
    browser.press("Confirm").await;
    browser.finds(".picture svg").await;
}

#[actix_web::test]
async fn who_forgot_their_password_chooses_another_from_the_mail() {
    let app = panel().await;
    let (email, id) = somebody(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.press("Forgot your password?").await;
    browser.is_at("/forgot").await;
    browser.fill("E-mail address", &email).await;
    browser.press("Send the mail").await;
    browser.sees("a mail with a link is on its way").await;
    app.work().await;
    let token = password_token(&app, id);

    browser.go(&format!("/password#{token}")).await;
    browser.sees(&email).await;
    browser.is_at("/password").await;
    assert_eq!(
        browser.script("return location.hash").await,
        "",
        "the secret does not stay"
    );
    browser.fill("New password", "short").await;
    browser.sees("7 more characters").await;
    browser.fill("New password", "password1234").await;
    browser.press("Set the password").await;
    browser
        .faults("New password", "This is easily guessed.")
        .await;
    browser.fill("New password", NEW).await;
    browser.press("Set the password").await;
    browser.sees("Your password is set.").await;
    browser.press("Sign in").await;
    browser.is_at("/login").await;
    sign_in(&browser, &email, NEW).await;
    browser.is_at("/billing/orders").await;

    browser.go(&format!("/password#{token}")).await;
    browser
        .sees("This link has ended or was used before.")
        .await;
}

#[actix_web::test]
async fn one_changes_the_password_and_ends_other_sessions() {
    let app = panel().await;
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.go("/account").await;
    browser.sees("This one").await;
    browser.sees("This one").await;

    browser.fill("Current password", "wrong").await;
    browser.fill("New password", NEW).await;
    browser.press("Change the password").await;
    browser
        .faults("Current password", "This is not your password.")
        .await;
    browser.fill("Current password", PASSWORD).await;
    browser.press("Change the password").await;
    browser.sees("Password changed").await;
    browser.holds("Current password", "").await;
    browser.reload().await;
    browser.sees("This one").await;
}

#[actix_web::test]
async fn form_is_submitted_after_the_session_ended_and_a_new_sign_in() {
    let app = panel().await;
    let browser = opened_by(&app, UserRole::Admin).await;
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

    // The waiting call is sent, and the user types nothing again.
    browser
        .comes_to("the customer", |address| {
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
    let browser = opened_by(&app, UserRole::Admin).await;
    app.execute("UPDATE users SET session_epoch = session_epoch + 1");
    app.execute("UPDATE sessions SET revoked_at = now()");

    // The next request ends the session in the panel; here another list makes it.
    browser
        .script("document.querySelector('.nav a[href=\"/catalog/plans\"], a[href=\"/catalog/plans\"]')?.click()")
        .await;

    browser.sees("You were signed out.").await;
    browser
        .comes_to("the sign-in", |address| {
            address.starts_with("/login?next=%2F")
        })
        .await;
    browser
        .waits(
            "the address has the focus",
            "return document.activeElement.id === 'email' || null",
        )
        .await;
}

#[actix_web::test]
async fn deep_link_is_decoded_once_and_keeps_its_fragment() {
    let app = panel().await;
    let (email, _) = somebody(&app, UserRole::Admin).await;
    let browser = Browser::open(&app).await;
    browser.go("/catalog/plans?q=%2541#part").await;
    browser.finds("#email").await;

    sign_in(&browser, &email, PASSWORD).await;

    browser.is_at("/catalog/plans?q=%2541").await;
    browser.holds("Search by name", "%41").await;
    assert_eq!(browser.script("return location.hash").await, json!("#part"));
    browser.fill("Search by name", "%42").await;
    browser.is_at("/catalog/plans?q=%2542").await;
    browser.reload().await;
    browser.holds("Search by name", "%42").await;
}
