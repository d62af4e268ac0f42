//! Money given back, and a case put right, as two people in the office do it.

use super::{PASSWORD, driver::Browser, opened_by, panel, sign_in, somebody};
use crate::billing::refunds::sell;
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn a_refund_takes_two_people_and_a_case_one_who_takes_it_up() {
    let app = panel().await;
    let (plan, empty, ada) = app.given(|given| {
        let plan = given.plan("149.00");
        given.stock(plan);
        let ada = given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        (plan, given.plan("12.00"), ada)
    });
    let seller = app.as_role(UserRole::SuperAdmin);
    let (_, payment) = sell(&app, &seller, plan, ada).await;

    let browser = opened_by(&app, UserRole::Admin).await;
    browser
        .go(&format!("/billing/transactions/{payment}"))
        .await;
    browser.sees("Nothing was given back.").await;
    browser.press("Refund").await;
    browser
        .sees("It was delivered, and nobody has installed it.")
        .await;
    browser.press("Ask for the refund").await;
    let refund = browser
        .comes_to("the refund", |address| {
            address.starts_with("/billing/refunds/") && !address.contains("new")
        })
        .await;
    browser.sees("somebody else has to approve it").await;
    assert!(!browser.offers("Approve").await);

    let (email, _) = somebody(&app, UserRole::SuperAdmin).await;
    let other = Browser::open(&app).await;
    sign_in(&other, &email, PASSWORD).await;
    other.is_at("/billing/orders").await;
    other.go(&refund).await;
    other.sees("To be decided").await;
    other.keys("a").await;
    other.sees("Give $149.00 back to Ada Lovelace?").await;
    other.press("Approve").await;
    other.sees("Being sent").await;
    app.work_through().await;
    other.sees("Processed").await;
    browser
        .go(&format!("/billing/transactions/{payment}"))
        .await;
    browser.sees("Kept").await;
    browser.sees("149.00 USD were given back.").await;

    // Another order cannot be delivered: what does not add up waits in the inbox, until stock is there.
    let (order, _) = sell(&app, &seller, empty, ada).await;
    app.given(|given| given.stock(empty));
    browser.press("Reconciliation").await;
    browser
        .is_at("/billing/reconciliation?status=open,escalated")
        .await;
    browser.press("Paid, not delivered").await;
    browser.sees("Take it up to put it right.").await;
    browser.keys("c").await;
    browser.sees("Yours until").await;
    browser.press("Retry the order").await;
    browser.fill("Reason", "There is stock again").await;
    browser.press("Retry the order").await;
    browser.sees("Retry order: ").await;
    app.work_through().await;
    browser
        .go(&format!(
            "/billing/orders/{}",
            order["id"].as_str().unwrap()
        ))
        .await;
    browser.sees("Fulfilled").await;

    browser.press("Payments").await;
    browser.sees("Success rate").await;
    browser.sees("$161.00").await;
}
