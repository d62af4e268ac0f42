//! The sale as somebody in the office does it, from the price list to the codes.

use super::{opened_by, panel};
use std::{env, fs};
use uuid::Uuid;
use wire::accounts::users::UserRole;

const PRICE_LIST: &str = "sku,name,data_limit_mb,validity_days,regions,cost_price,selling_price,currency\n\
    eu-5gb,5 GB Europe,5000,30,EUROPE,4.20,9.90,USD\n\
    us-10gb,10 GB United States,10000,15,US,7.00,19.90,USD\n";

#[actix_web::test]
async fn a_price_list_becomes_a_sale_and_the_sale_becomes_an_esim_by_hand() {
    let app = panel().await;
    app.given(|given| {
        given.provider("Freedom", 1);
        given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
    });
    let browser = opened_by(&app, UserRole::Admin).await;
    let file = env::temp_dir().join(format!("price-list-{}.csv", Uuid::new_v4().simple()));
    fs::write(&file, PRICE_LIST).expect("a price list");

    browser.press("Plans").await;
    browser.sees("No plans yet").await;
    browser.press("Import").await;
    browser.is_at("/catalog/plans/import").await;
    browser.pick("Provider", "Freedom").await;
    browser.upload(&file).await;
    browser.press("Preview import").await;
    browser.finds(".card.flush .toolbar h2").await;
    browser.sees("10 GB United States").await;
    assert_eq!(
        app.count("SELECT count(*) FROM plans"),
        0,
        "a dry run writes nothing"
    );
    browser.press("Import 2 rows").await;
    browser.is_at("/catalog/plans").await;
    browser.sees("Imported 2 plans").await;
    fs::remove_file(&file).expect("the price list goes");

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
        .comes_to("the order", |address| {
            address.starts_with("/billing/orders/") && !address.ends_with("/new")
        })
        .await;
    browser.sees("5 GB Europe for Ada Lovelace").await;
    app.work().await;

    browser.press("Succeed").await;
    browser.sees("Simulating a successful payment").await;
    app.work_through().await;
    browser.waits("the order is fulfilled", "return document.querySelector('.page-title')?.textContent.includes('Fulfilled') || null").await;
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
        .comes_to("the eSIM", |address| {
            address.starts_with("/esims/inventory/")
        })
        .await;
    browser.press("Reveal").await;
    browser.press("Reveal").await;
    browser.sees("Say why").await;
    browser
        .fill("Reason", "The customer has lost the letter")
        .await;
    browser.press("Reveal").await;
    browser.sees("Matching id").await;
    browser.sees("Install on iPhone").await;
    browser
        .waits(
            "the QR code is drawn",
            "return document.querySelector('.picture img')?.naturalWidth > 0 || null",
        )
        .await;
    browser.press("Hide").await;
    browser.misses("Matching id").await;

    browser.press("Audit log").await;
    browser.sees("Order placed").await;
    browser.sees("The customer has lost the letter").await;
    browser.go(&order).await;
    browser.sees("The order was placed.").await;
    assert!(app.count("SELECT count(*) FROM audit_log WHERE action = 'order.place'") == 1);
}
