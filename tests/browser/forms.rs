//! Forms: errors appear at their field, and typed text is never lost.

use super::{open_as, panel};
use serde_json::json;
use thirtyfour::Key;
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn field_error_appears_on_blur() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/catalog/plans/new").await;
    browser.fill("Name", "5 GB").await;
    browser.fill("Name", "").await;
    assert!(
        !browser.has_element(".field-error").await,
        "no error while the user types"
    );

    browser.keys(Key::Tab).await;
    browser.has_field_error("Name", "Enter a value.").await;
    browser.fill("Validity", "soon").await;
    browser.keys(Key::Tab).await;
    browser.has_field_error("Validity", "number").await;
    browser.press("Create plan").await;
    browser
        .sees_element("#form-notice:focus, #form-notice :focus")
        .await;
    browser.sees("Name: Enter a value.").await;
    assert_eq!(app.count("SELECT count(*) FROM plans"), 0);
}

#[actix_web::test]
async fn server_error_appears_at_its_field() {
    let app = panel().await;
    app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/accounts/users/new").await;
    browser.fill("First name", "Augusta").await;
    browser.fill("Last name", "King").await;
    browser.fill("E-mail address", "ada@example.com").await;

    browser.press("Create customer").await;

    browser
        .has_field_error("E-mail address", "already exists")
        .await;
    browser.sees_element("#field-email:focus").await;
    browser.has_value("First name", "Augusta").await;
    browser.fill("E-mail address", "augusta@example.com").await;
    browser.press("Create customer").await;
    browser
        .wait_for_address("the new customer", |address| {
            address.starts_with("/accounts/users/") && !address.ends_with("/new")
        })
        .await;
    browser.sees("Augusta King").await;
}

#[actix_web::test]
async fn leaving_a_changed_form_requires_confirmation() {
    let app = panel().await;
    app.given(|given| given.unpriced_plan("Alpha"));
    let browser = open_as(&app, UserRole::Admin).await;
    browser.press("Plans").await;
    browser.press("New plan").await;
    browser.fill("Name", "Half a plan").await;

    browser.press("Cancel").await;
    browser.sees("Leave without saving?").await;
    browser.press("Cancel").await;
    browser.no_longer_sees("Leave without saving?").await;
    browser.has_value("Name", "Half a plan").await;
    browser.back().await;
    browser.sees("Leave without saving?").await;
    browser.keys(Key::Escape).await;
    browser.is_at("/catalog/plans/new").await;
    browser.has_value("Name", "Half a plan").await;
    browser.press("Orders").await;
    browser.sees("Leave without saving?").await;
    browser.press("Leave").await;
    browser.is_at("/billing/orders").await;
}

#[actix_web::test]
async fn edit_conflict_keeps_typed_values() {
    let app = panel().await;
    let plan = app.given(|given| given.unpriced_plan("Alpha"));
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go(&format!("/catalog/plans/{plan}/edit")).await;
    browser.has_value("Name", "Alpha").await;
    app.as_admin()
        .patch(
            &format!("/v1/plans/{plan}"),
            1,
            json!({ "validity_days": 7 }),
        )
        .await
        .expect(200);

    browser.fill("Name", "Alpha and a half").await;
    browser.press("Save changes").await;

    browser
        .sees("Another user changed this while you were editing.")
        .await;
    browser.has_value("Name", "Alpha and a half").await;
    browser.press("Load their changes, keep mine").await;
    browser.has_value("Validity", "7").await;
    browser.has_value("Name", "Alpha and a half").await;
    browser.press("Save changes").await;
    browser.is_at(&format!("/catalog/plans/{plan}")).await;
    assert_eq!(
        app.count(
            "SELECT count(*) FROM plans WHERE name = 'Alpha and a half' AND validity_days = 7"
        ),
        1
    );
}
