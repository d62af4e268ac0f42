//! A sale in the panel, from the import of a price list to the activation code.

use super::{open_as, panel};
use std::{env, fs};
use uuid::Uuid;
use wire::accounts::users::UserRole;

const PRICE_LIST: &str = "sku,name,data_limit_mb,validity_days,regions,cost_price,selling_price,currency\n\
    eu-5gb,5 GB Europe,5000,30,EUROPE,4.20,9.90,USD\n\
    us-10gb,10 GB United States,10000,15,US,7.00,19.90,USD\n";

#[actix_web::test]
async fn imported_plan_is_sold_and_its_esim_is_revealed() {
    let app = panel().await;
    app.given(|given| {
        given.provider("Freedom", 1);
        given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
    });
    let browser = open_as(&app, UserRole::Admin).await;
    let file = env::temp_dir().join(format!("price-list-{}.csv", Uuid::new_v4().simple()));
    fs::write(&file, PRICE_LIST).expect("a price list");

    browser.press("Plans").await;
    browser.sees("No plans yet").await;
    browser.press("Import").await;
    browser.is_at("/catalog/plans/import").await;
    browser.pick("Provider", "Freedom").await;
    browser.upload(&file).await;
    browser.press("Preview import").await;
    browser.sees_element(".card.flush .toolbar h2").await;
    browser.sees("10 GB United States").await;
    assert_eq!(
        app.count("SELECT count(*) FROM plans"),
        0,
        "a dry run writes nothing"
    );
    browser.press("Import 2 rows").await;
    browser.is_at("/catalog/plans").await;
    browser.sees("Imported 2 plans").await;
    fs::remove_file(&file).expect("the price list is removed");

    browser.press("5 GB Europe").await;
    browser.sees("Coverage").await;
    browser.sees("On sale").await;
    browser.sees("$9.90").await;

    browser.press("Orders").await;
    browser.press("New order").await;
    browser.pick("Customer", "Ada").await;
    browser.pick("Plan", "5 GB Europe").await;
    browser.sees("$9.90 × 1").await;
    browser.fill("Quantity", "2").await;
    browser.sees("$19.80").await;
    browser.fill("Quantity", "1").await;
    browser.press("Place order").await;
    let order = browser
        .wait_for_address("the order", |address| {
            address.starts_with("/billing/orders/") && !address.ends_with("/new")
        })
        .await;
    browser.sees("5 GB Europe for Ada Lovelace").await;
    app.run_jobs().await;

    browser.press("Succeed").await;
    browser.sees("Simulating a successful payment").await;
    app.run_all_jobs().await;
    browser.wait_for("the order is fulfilled", "return document.querySelector('.page-title')?.textContent.includes('Fulfilled') || null").await;
    for step in ["Ordered", "Paid", "Provisioned", "Fulfilled"] {
        browser.sees(step).await;
    }
    assert_eq!(
        app.count("SELECT count(*) FROM orders WHERE status = 'fulfilled'"),
        1
    );

    browser
        .press_at("main table a[href^='/esims/inventory/']")
        .await;
    browser
        .wait_for_address("the eSIM", |address| {
            address.starts_with("/esims/inventory/")
        })
        .await;
    browser.press("Reveal").await;
    browser.press("Reveal").await;
    browser.sees("Enter a reason").await;
    browser
        .fill("Reason", "The customer has lost the e-mail")
        .await;
    browser.press("Reveal").await;
    browser.sees("Matching ID").await;
    browser.sees("Install on iPhone").await;
    browser
        .wait_for(
            "the QR code is drawn",
            "return document.querySelector('.picture img')?.naturalWidth > 0 || null",
        )
        .await;
    browser.press("Hide").await;
    browser.no_longer_sees("Matching ID").await;

    browser.press("Audit log").await;
    browser.sees("Order placed").await;
    browser.sees("The customer has lost the e-mail").await;
    browser.go(&order).await;
    browser.sees("The order was placed.").await;
    assert!(app.count("SELECT count(*) FROM audit_log WHERE action = 'order.place'") == 1);
}
