//! Coming in and going out.

use super::{Browser, PASSWORD, opened_by, panel, sign_in, somebody};
use wire::accounts::users::UserRole;

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
