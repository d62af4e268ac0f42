//! The catalog in the panel: a bulk price change and its undo, and a price list that is compared and published.

use super::{open_as, panel};
use std::io::Write;
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn bulk_price_change_is_previewed_applied_and_undone() {
    let app = panel().await;
    let plan = app.given(|given| given.plan("9.90"));
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/catalog/price-changes/new").await;
    browser.fill("Number", "10").await;
    browser.press("Preview").await;
    browser.sees("$10.99").await;
    browser.sees("1 price would change").await;
    browser.press("Change 1 price").await;
    browser.sees("All rows change together").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("+10%, rounded to .99").await;
    let price = format!(
        "SELECT count(*) FROM plan_pricing WHERE plan_id = '{plan}' AND effective_to IS NULL AND selling_price = "
    );
    assert_eq!(app.count(&format!("{price} 10.99")), 1);

    browser.press("Undo").await;
    browser.sees("the previous prices apply again").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees_element(".badge[data-tone=neutral]").await;
    assert_eq!(app.count(&format!("{price} 9.90")), 1);

    browser.go(&format!("/catalog/plans/{plan}")).await;
    browser.sees("Prices over time").await;
    browser
        .sees_element(".period-bar[data-phase=current]")
        .await;
}

#[actix_web::test]
async fn price_list_is_compared_and_selected_packages_are_published() {
    let app = panel().await;
    let provider = app.given(|given| given.provider("Freedom", 1));
    let mut file = std::env::temp_dir();
    file.push(format!("list-{provider}.csv"));
    let rows = "sku,name,data_limit_mb,days,regions,cost_price\neu-1,1 GB Europe,1000,7,EUROPE,2.00\nus-1,1 GB US,1000,7,US,3.00\n";
    std::fs::File::create(&file)
        .and_then(|mut file| file.write_all(rows.as_bytes()))
        .unwrap();
    let browser = open_as(&app, UserRole::Admin).await;
    browser
        .go(&format!("/catalog/price-lists/new?provider_id={provider}"))
        .await;
    browser.upload(&file).await;
    browser.press("Upload").await;
    browser.sees("Changes to your catalog").await;
    browser.sees("1 GB US").await;
    browser.press("Publish 2 packages").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.is_at("/catalog/price-lists").await;
    browser.sees("Published").await;
    std::fs::remove_file(&file).unwrap();
    assert_eq!(app.count("SELECT count(*) FROM plans"), 2);
    assert_eq!(
        app.count("SELECT count(*) FROM plan_pricing WHERE selling_price = 2.60"),
        1
    );
}

#[actix_web::test]
async fn price_form_recalculates_cost_price_markup_and_margin() {
    let app = panel().await;
    let plan = app.given(|given| given.unpriced_plan("5 GB Europe"));
    let browser = open_as(&app, UserRole::Admin).await;
    browser
        .go(&format!("/catalog/pricing/new?plan_id={plan}"))
        .await;
    browser.fill("Cost", "4").await;
    browser.fill("Markup", "125").await;
    browser.has_value("Price", "9.00").await;
    browser.fill("Price", "10").await;
    browser.has_value("Markup", "150.00").await;
    browser.press("Create price").await;
    browser.sees("Why this price now").await;
    assert_eq!(
        app.count("SELECT count(*) FROM plan_pricing WHERE selling_price = 10"),
        1
    );
}
