//! Promotions as somebody in the office uses them: made, tried, refused with the reason, and counted.

use super::{opened_by, panel};
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn a_promotion_is_made_and_an_order_shows_what_it_takes_off_or_why_not() {
    let app = panel().await;
    app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        given.stock(plan);
        given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
    });
    let browser = opened_by(&app, UserRole::Admin).await;

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
        .comes_to("the promotion", |address| {
            address.starts_with("/catalog/promotions/") && !address.ends_with("/new")
        })
        .await;
    browser.sees("10% off").await;
    browser.sees("Nobody has used it yet.").await;

    for (code, says) in [("nothing", "There is no such code."), ("Spring", "$8.91")] {
        browser.go("/billing/orders/new").await;
        browser.pick("Customer", "Ada").await;
        browser.pick("Plan", "5 GB Europe").await;
        browser.sees("$9.90 × 1").await;
        browser.fill("Promotion", code).await;
        browser.sees(says).await;
    }
    browser.press("Place order").await;
    browser.sees("Discount (SPRING)").await;
    browser.sees("−$0.99").await;

    browser.go("/billing/orders/new").await;
    browser.pick("Customer", "Ada").await;
    browser.pick("Plan", "5 GB Europe").await;
    browser.fill("Promotion", "SPRING").await;
    browser
        .sees("The customer has used the code as often as one customer can.")
        .await;
    browser.press("Place order").await;
    browser
        .faults("Promotion", "as often as one customer can")
        .await;
    assert_eq!(app.count("SELECT count(*) FROM orders"), 1);

    browser.go("/catalog/promotions/check").await;
    browser.fill("Code", "SPRING").await;
    browser.pick("Plan", "5 GB Europe").await;
    browser.pick("Customer", "Ada").await;
    browser.press("Check").await;
    browser.sees("The code does not apply.").await;
}
