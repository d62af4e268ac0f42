//! Promotions in the panel: created, used, rejected with the reason, and checked.

use super::{open_as, panel};
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn order_form_shows_the_discount_of_a_promotion_or_the_reason_against_it() {
    let app = panel().await;
    app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        given.stock(plan);
        given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
    });
    let browser = open_as(&app, UserRole::Admin).await;

    browser.press("Promotions").await;
    browser.sees("No promotions yet").await;
    browser.go("/catalog/promotions/new").await;
    browser.fill("Code", "spring").await;
    browser.fill("Value", "10").await;
    browser.sees("10.00 % off").await;
    browser.fill("Uses per customer", "1").await;
    browser
        .script("const box = document.querySelector('#field-valid_to'); box.value = '2098-12-31'; box.dispatchEvent(new Event('change', { bubbles: true }));")
        .await;
    browser.press("Create promotion").await;
    browser
        .wait_for_address("the promotion", |address| {
            address.starts_with("/catalog/promotions/") && !address.ends_with("/new")
        })
        .await;
    browser.sees("10% off").await;
    browser.sees("No redemptions yet.").await;

    for (code, text) in [("nothing", "The code does not exist."), ("Spring", "$8.91")] {
        browser.go("/billing/orders/new").await;
        browser.pick("Customer", "Ada").await;
        browser.pick("Plan", "5 GB Europe").await;
        browser.sees("$9.90 × 1").await;
        browser.fill("Promotion", code).await;
        browser.sees(text).await;
    }
    browser.press("Place order").await;
    browser.sees("Discount (SPRING)").await;
    browser.sees("−$0.99").await;

    browser.go("/billing/orders/new").await;
    browser.pick("Customer", "Ada").await;
    browser.pick("Plan", "5 GB Europe").await;
    browser.fill("Promotion", "SPRING").await;
    browser
        .sees("The customer has reached the limit of uses per customer.")
        .await;
    browser.press("Place order").await;
    browser
        .has_field_error("Promotion", "limit of uses per customer")
        .await;
    assert_eq!(app.count("SELECT count(*) FROM orders"), 1);

    browser.go("/catalog/promotions/check").await;
    browser.fill("Code", "SPRING").await;
    browser.pick("Plan", "5 GB Europe").await;
    browser.pick("Customer", "Ada").await;
    browser.press("Check").await;
    browser.sees("The code does not apply.").await;
}
