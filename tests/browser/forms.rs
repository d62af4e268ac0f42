//! Forms: they say what is wrong where it is wrong, and never lose what was typed.

use super::{opened_by, panel};
use serde_json::json;
use thirtyfour::Key;
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn a_field_says_what_is_wrong_once_it_was_left() {
    let app = panel().await;
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.go("/catalog/plans/new").await;
    browser.fill("Name", "5 GB").await;
    browser.fill("Name", "").await;
    assert!(
        !browser.shows(".field-fault").await,
        "not while somebody types"
    );

    browser.keys(Key::Tab).await;
    browser.faults("Name", "Enter a value.").await;
    browser.fill("Validity", "soon").await;
    browser.keys(Key::Tab).await;
    browser.faults("Validity", "number").await;
    browser.press("Create plan").await;
    browser
        .finds("#form-notice:focus, #form-notice :focus")
        .await;
    browser.sees("Name: Enter a value.").await;
    assert_eq!(app.count("SELECT count(*) FROM plans"), 0);
}

#[actix_web::test]
async fn what_only_the_server_knows_is_said_at_the_field() {
    let app = panel().await;
    app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.go("/accounts/users/new").await;
    browser.fill("First name", "Augusta").await;
    browser.fill("Last name", "King").await;
    browser.fill("E-mail address", "ada@example.com").await;

    browser.press("Create customer").await;

    browser.faults("E-mail address", "exists already").await;
    browser.finds("#field-email:focus").await;
    browser.holds("First name", "Augusta").await;
    browser.fill("E-mail address", "augusta@example.com").await;
    browser.press("Create customer").await;
    browser
        .comes_to("the new customer", |address| {
            address.starts_with("/accounts/users/") && !address.ends_with("/new")
        })
        .await;
    browser.sees("Augusta King").await;
}

#[actix_web::test]
async fn nobody_leaves_a_changed_form_by_accident() {
    let app = panel().await;
    app.given(|given| given.unpriced_plan("Alpha"));
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.press("Plans").await;
    browser.press("New plan").await;
    browser.fill("Name", "Half a plan").await;

    browser.press("Cancel").await;
    browser.sees("Leave without saving?").await;
    browser.press("Cancel").await;
    browser.misses("Leave without saving?").await;
    browser.holds("Name", "Half a plan").await;
    browser.back().await;
    browser.sees("Leave without saving?").await;
    browser.keys(Key::Escape).await;
    browser.is_at("/catalog/plans/new").await;
    browser.holds("Name", "Half a plan").await;
    browser.press("Orders").await;
    browser.sees("Leave without saving?").await;
    browser.press("Leave").await;
    browser.is_at("/billing/orders").await;
}

#[actix_web::test]
async fn who_edits_what_somebody_else_has_changed_keeps_what_they_typed() {
    let app = panel().await;
    let plan = app.given(|given| given.unpriced_plan("Alpha"));
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.go(&format!("/catalog/plans/{plan}/edit")).await;
    browser.holds("Name", "Alpha").await;
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
    browser.holds("Name", "Alpha and a half").await;
    browser.press("Load their changes, keep mine").await;
    browser.holds("Validity", "7").await;
    browser.holds("Name", "Alpha and a half").await;
    browser.press("Save changes").await;
    browser.is_at(&format!("/catalog/plans/{plan}")).await;
    assert_eq!(
        app.count(
            "SELECT count(*) FROM plans WHERE name = 'Alpha and a half' AND validity_days = 7"
        ),
        1
    );
}
