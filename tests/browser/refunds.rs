//! Refunds with a second approval, and a reconciliation case that is resolved.

use super::{
    PASSWORD, driver::Browser, open_as, order_page, panel, sign_in, sold_esim, user_with_password,
};
use crate::billing::refunds::sell;
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn large_refund_needs_second_approval_and_case_is_resolved_by_its_assignee() {
    let app = panel().await;
    let (plan, empty, ada) = app.given(|given| {
        let plan = given.plan("149.00");
        given.stock(plan);
        let ada = given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        (plan, given.undeliverable_plan("12.00"), ada)
    });
    let seller = app.as_role(UserRole::SuperAdmin);
    let (_, payment) = sell(&app, &seller, plan, ada).await;

    let browser = open_as(&app, UserRole::Admin).await;
    browser
        .go(&format!("/billing/transactions/{payment}"))
        .await;
    browser.sees("No refunds.").await;
    browser.press("Refund").await;
    browser.sees("It was delivered and is not installed.").await;
    browser.press("Refund $149.00").await;
    browser.sees("Refund $149.00?").await;
    browser
        .sees("eSIMs that are not installed are cancelled")
        .await;
    browser.press("Refund $149.00").await;
    let refund = browser
        .wait_for_address("the refund", |address| {
            address.starts_with("/billing/refunds/") && !address.contains("new")
        })
        .await;
    browser
        .sees("At this amount, another person has to approve it.")
        .await;
    assert!(!browser.has_button("Approve").await);

    let (email, _) = user_with_password(&app, UserRole::SuperAdmin).await;
    let other = Browser::open(&app).await;
    sign_in(&other, &email, PASSWORD).await;
    other.is_at("/billing/orders").await;
    other.go(&refund).await;
    other.sees("Awaiting approval").await;
    other.keys("a").await;
    other.sees("Refund $149.00 to Ada Lovelace?").await;
    other.press("Approve").await;
    other.sees("Sending to gateway").await;
    app.run_all_jobs().await;
    other.sees("Processed").await;
    browser
        .go(&format!("/billing/transactions/{payment}"))
        .await;
    browser.sees("Net").await;
    browser.sees("The refund was paid out: 149.00 USD.").await;

    // Another order cannot be delivered. Its case stays open until there is stock.
    let (order, _) = sell(&app, &seller, empty, ada).await;
    app.given(|given| given.stock(empty));
    browser.press("Reconciliation").await;
    browser
        .is_at("/billing/reconciliation?status=open,escalated")
        .await;
    browser.press("Paid, not delivered").await;
    browser.sees("Assign it to yourself to resolve it.").await;
    browser.keys("c").await;
    browser.sees("Locked to you until").await;
    browser.press("Retry order").await;
    browser.fill("Reason", "There is stock again").await;
    browser.press("Retry order").await;
    browser.sees("Retry order: ").await;
    app.run_all_jobs().await;
    browser.go(&order_page(&order)).await;
    browser.sees("Fulfilled").await;

    browser.press("Payments").await;
    browser.sees("Success rate").await;
    browser.sees("$161.00").await;
}

#[actix_web::test]
async fn partial_refund_from_the_order_page_is_shown_there() {
    let app = panel().await;
    let (order, payment) = sold_esim(&app, "9.90").await;
    let page = order_page(&order);

    let browser = open_as(&app, UserRole::Admin).await;
    browser.go(&page).await;
    browser.sees("Fulfilled").await;
    browser.keys("r").await;
    browser
        .is_at(&format!("/billing/refunds/new?transaction_id={payment}"))
        .await;
    // The form proposes the refundable amount and the eSIM action for it.
    browser.has_value("Amount", "9.90").await;
    browser.has_value("eSIM action", "cancel").await;
    browser.fill("Amount", "").await;
    browser.press("Refund").await;
    browser.has_field_error("Amount", "Enter a number.").await;
    browser.fill("Amount", "3").await;
    browser.has_value("eSIM action", "none").await;
    browser
        .keys(thirtyfour::Key::Enter.value().to_string())
        .await;
    browser.press("Refund $3.00").await;
    browser.sees("Refund $3.00?").await;
    browser
        .sees(&format!(
            "$3.00 of “Payment of {}” goes back by credit card. The eSIMs keep working.",
            order["order_number"].as_str().unwrap()
        ))
        .await;
    // Enter presses the focused button, which is Cancel.
    browser
        .keys(thirtyfour::Key::Enter.value().to_string())
        .await;
    browser.no_longer_sees("Refund $3.00?").await;
    assert_eq!(app.count("SELECT count(*) FROM refunds"), 0);

    browser.press("Refund $3.00").await;
    browser.sees("Refund $3.00?").await;
    browser.press("Refund $3.00").await;
    browser
        .wait_for_address("the refund", |address| {
            address.starts_with("/billing/refunds/") && !address.contains("new")
        })
        .await;
    app.run_all_jobs().await;
    browser.sees("Processed").await;
    browser.sees("Still refundable $6.90").await;

    browser.go(&page).await;
    browser.sees("Partially refunded $3.00").await;
    browser.sees("Refunded −$3.00").await;
    browser.sees("Net $6.90").await;
    browser.sees("The refund was paid out: 3.00 USD.").await;
    for list in ["/billing/orders", "/billing/transactions"] {
        browser.go(list).await;
        browser.sees("Partially refunded $3.00").await;
    }
}

#[actix_web::test]
async fn support_refund_request_is_shown_as_pending_on_the_order() {
    let app = panel().await;
    let (order, payment) = sold_esim(&app, "9.90").await;
    // Support can only request a refund.
    let browser = open_as(&app, UserRole::Support).await;
    browser
        .go(&format!("/billing/refunds/new?transaction_id={payment}"))
        .await;
    browser.press("Request refund of $9.90").await;
    browser
        .sees("It is paid out once an administrator has approved it.")
        .await;
    browser.press("Request refund of $9.90").await;
    browser.sees("Awaiting approval").await;
    browser.go(&order_page(&order)).await;
    browser.sees("Refund pending $9.90").await;
    browser.sees("Refund of $9.90 waits for approval.").await;
    browser.press("View refund").await;
    browser.sees("Awaiting approval").await;
}

#[actix_web::test]
async fn undelivered_order_shows_its_case_and_actions() {
    let app = panel().await;
    let (plan, ada) = app.given(|given| {
        (
            given.undeliverable_plan("12.00"),
            given.user(UserRole::Customer),
        )
    });
    let seller = app.as_role(UserRole::SuperAdmin);
    let (order, _) = sell(&app, &seller, plan, ada).await;
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go(&order_page(&order)).await;
    browser.sees("Case open: Paid, not delivered.").await;
    browser.sees("Refund of $12.00 waits for approval.").await;
    browser
        .sees_element(".banner[role=alert] .actions button")
        .await;
    browser.press("View case").await;
    browser.sees("Paid, not delivered").await;
}

#[actix_web::test]
async fn bank_transfer_is_recorded_on_its_payment_page() {
    let app = panel().await;
    let (plan, ada) = (
        app.stocked_plan("9.90"),
        app.given(|given| given.user(UserRole::Customer)),
    );
    let seller = app.as_role(UserRole::SuperAdmin);
    let order = seller
        .with("idempotency-key", "transfer")
        .post(
            "/v1/orders",
            serde_json::json!({ "user_id": ada, "plan_id": plan, "payment_method": "bank_transfer" }),
        )
        .await
        .expect(201);
    app.run_jobs().await;
    let found = seller
        .get(&format!(
            "/v1/transactions?order_id={}",
            order["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let browser = open_as(&app, UserRole::Admin).await;
    browser
        .go(&format!(
            "/billing/transactions/{}",
            found["data"][0]["id"].as_str().unwrap()
        ))
        .await;
    browser.sees("Waiting for the bank transfer.").await;
    assert!(!browser.text().await.contains("webhooks"));
    assert!(browser.has_button("Mark as unpaid").await);
    browser.press("Record payment").await;
    browser.sees("Time zone: UTC").await;
    browser.fill("Reference", "SEPA 4711").await;
    browser.press("Record payment").await;
    browser.sees("Completed").await;
    browser
        .no_longer_sees("Waiting for the bank transfer.")
        .await;
}
