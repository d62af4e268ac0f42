//! The command palette, saved views and columns, by keyboard, with their accessibility.

use super::{
    Browser,
    accessibility::{axe, violations},
    open_as, panel,
};
use crate::{flows::purchase::order, harness::TestApp};
use serde_json::Value;
use thirtyfour::Key;
use wire::accounts::users::UserRole;

/// Places an order for Ada Lovelace.
async fn placed_order(app: &TestApp) -> Value {
    let (plan, customer) = app.given(|given| {
        let customer = given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        (given.supplied_plan("9.90"), customer)
    });
    order(&app.as_admin(), plan, customer, 1).await
}

/// Waits until the list has these headings.
async fn headings(browser: &Browser, wanted: &[&str]) {
    let script = format!(
        "const headings = [...document.querySelectorAll('.grid th:not(.select-cell)')].map(one => one.textContent.trim()); \
         return JSON.stringify(headings) === {:?} ? true : null",
        serde_json::to_string(wanted).unwrap()
    );
    browser
        .wait_for(&format!("the columns are {wanted:?}"), &script)
        .await;
}

/// Waits until the tab of this view is selected.
async fn sees_open_view(browser: &Browser, name: &str) {
    let script = format!(
        "return document.querySelector('.view-tab[aria-current=page] > span')?.textContent === {name:?} ? true : null"
    );
    browser
        .wait_for(&format!("the view {name} is open"), &script)
        .await;
}

#[actix_web::test]
async fn palette_finds_and_opens_an_order_by_keyboard() {
    let app = panel().await;
    let order = placed_order(&app).await;
    let (number, id) = (
        order["order_number"].as_str().unwrap(),
        order["id"].as_str().unwrap(),
    );
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/catalog/plans").await;
    browser.sees("5 GB Europe").await;

    browser.press_with(Key::Control, "k").await;
    browser.sees_element("#palette:focus").await;
    browser.sees("New plan").await;
    browser.keys(number).await;
    browser.sees("Ada Lovelace · 5 GB Europe").await;
    browser.keys(Key::Enter).await;
    browser.is_at(&format!("/billing/orders/{id}")).await;
    browser.sees(number).await;
    assert!(!browser.has_element("dialog[open]").await);

    browser.press_with(Key::Control, "k").await;
    browser.sees_element("#palette:focus").await;
    browser.keys("trans").await;
    browser.keys(Key::Enter).await;
    browser.is_at("/billing/transactions").await;
    browser.press_with(Key::Control, "k").await;
    browser.sees("Recently opened").await;
    browser.keys(Key::Enter).await;
    browser.is_at(&format!("/billing/orders/{id}")).await;
    browser.press_with(Key::Control, "k").await;
    browser.sees_element("#palette:focus").await;
    browser.keys(Key::Escape).await;
    browser
        .wait_for(
            "the palette is closed",
            "return document.querySelector('dialog[open]') ? null : true",
        )
        .await;
    let stored = browser
        .script("return JSON.stringify(localStorage)")
        .await
        .to_string();
    assert!(
        stored.contains(id) && !stored.contains(number) && !stored.contains("Ada"),
        "{stored}"
    );
}

#[actix_web::test]
async fn palette_masks_users_and_hides_providers_for_support() {
    let app = panel().await;
    placed_order(&app).await;
    app.given(|given| given.provider("Freedom Mobile", 1));
    let browser = open_as(&app, UserRole::Support).await;
    browser.press("Search").await;
    browser.keys("ada@example.com").await;
    browser.sees("A••• L•••").await;
    browser.sees("a•••@e•••.com").await;
    browser.keys(Key::Escape).await;
    browser.press("Search").await;
    browser.keys("freedom").await;
    browser.sees("No results for “freedom”").await;
}

#[actix_web::test]
async fn view_is_saved_opened_by_address_shared_and_set_as_default() {
    let app = panel().await;
    app.given(|given| ["Alpha", "Beta"].map(|name| given.unpriced_plan(name)));
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/catalog/plans?sort=-name").await;
    browser.lists(&["Beta", "Alpha"]).await;

    browser.press("Save view").await;
    browser.fill("Name", "Backwards").await;
    browser.keys(Key::Enter).await;
    let address = browser
        .wait_for_address("the view", |address| {
            address.starts_with("/catalog/plans?sort=-name&view=")
        })
        .await;
    sees_open_view(&browser, "Backwards").await;
    assert!(!browser.has_button("Update view").await);
    browser.go("/billing/orders").await;
    browser.go(&address).await;
    browser.lists(&["Beta", "Alpha"]).await;
    sees_open_view(&browser, "Backwards").await;

    browser.press("View “Backwards”").await;
    browser.press("Make default for me").await;
    browser.sees("“Backwards” opens first for me").await;
    browser.press("Orders").await;
    browser.is_at("/billing/orders").await;
    browser.press("Plans").await;
    browser.is_at(&address).await;
    browser.press("All").await;
    browser.is_at("/catalog/plans?view=all").await;
    browser.lists(&["Beta", "Alpha"]).await;
    browser.press("Backwards, default").await;

    browser.press("View “Backwards”").await;
    browser.press("Share with…").await;
    browser.fill("Who sees it", "Everyone").await;
    browser.press("Share").await;
    browser.sees("“Backwards”: for everyone").await;
    let other = open_as(&app, UserRole::Support).await;
    other.press("Plans").await;
    other.is_at(&address).await;
    other.lists(&["Beta", "Alpha"]).await;
    assert!(!other.has_button("Update view").await);

    browser.press("View “Backwards”").await;
    browser.press("Delete").await;
    browser.sees("Delete the view “Backwards”?").await;
    browser.press("Delete").await;
    browser.is_at("/catalog/plans").await;
    other.go(&address).await;
    other.lists(&["Beta", "Alpha"]).await;
    sees_open_view(&other, "All").await;
}

#[actix_web::test]
async fn column_changes_survive_a_reload() {
    let app = panel().await;
    placed_order(&app).await;
    let browser = open_as(&app, UserRole::Admin).await;
    headings(
        &browser,
        &[
            "Order", "Status", "Customer", "Plan", "Quantity", "Total", "Placed",
        ],
    )
    .await;

    browser.press("Columns").await;
    browser.sees_element(".columns").await;
    for hidden in ["Plan", "Quantity"] {
        browser.press(hidden).await;
    }
    browser.press("Move Total up").await;
    browser
        .press_with(Key::Alt, &Key::Up.value().to_string())
        .await;
    headings(
        &browser,
        &["Order", "Total", "Status", "Customer", "Placed"],
    )
    .await;
    browser
        .is_at("/billing/orders?cols=order,total,status,customer,placed")
        .await;
    browser.reload().await;
    headings(
        &browser,
        &["Order", "Total", "Status", "Customer", "Placed"],
    )
    .await;
    browser.go("/billing/orders").await;
    headings(
        &browser,
        &["Order", "Total", "Status", "Customer", "Placed"],
    )
    .await;
    browser.press("Columns").await;
    browser.press("Reset").await;
    browser.is_at("/billing/orders").await;
    headings(
        &browser,
        &[
            "Order", "Status", "Customer", "Plan", "Quantity", "Total", "Placed",
        ],
    )
    .await;
}

#[actix_web::test]
async fn palette_views_and_columns_meet_accessibility_rules() {
    let (app, axe) = (panel().await, axe());
    let order = placed_order(&app).await;
    let number = order["order_number"].as_str().unwrap();
    let browser = open_as(&app, UserRole::Admin).await;
    browser.sees(number).await;
    let mut found = Vec::new();

    browser.press_with(Key::Control, "k").await;
    browser.sees("Go to").await;
    found.extend(violations(&browser, &axe, "the palette").await);
    browser.keys(number).await;
    browser.sees("Ada Lovelace · 5 GB Europe").await;
    found.extend(violations(&browser, &axe, "the results of the palette").await);
    browser.keys("zzz").await;
    browser.sees("No results").await;
    found.extend(violations(&browser, &axe, "a palette without a result").await);
    browser.set_online(false).await;
    browser.keys("z").await;
    browser.sees("The server cannot be reached").await;
    found.extend(violations(&browser, &axe, "a palette without a connection").await);
    browser.set_online(true).await;
    browser.keys(Key::Escape).await;

    browser.press("Columns").await;
    browser.sees_element(".columns").await;
    browser.press("Reference").await;
    found.extend(violations(&browser, &axe, "the column menu").await);
    browser.go("/billing/orders?sort=total_amount").await;
    browser.press("Save view").await;
    browser.sees("Who sees it").await;
    found.extend(violations(&browser, &axe, "the dialog that saves a view").await);
    browser.keys(Key::Enter).await;
    browser.sees_element("#view-error .banner").await;
    found.extend(violations(&browser, &axe, "a view without a name").await);
    browser.fill("Name", "By total").await;
    browser.keys(Key::Enter).await;
    sees_open_view(&browser, "By total").await;
    browser.press("Total").await;
    browser.sees("Update view").await;
    browser.press("View “By total”").await;
    browser.sees("Save as new view").await;
    found.extend(violations(&browser, &axe, "a changed view and its menu").await);

    assert!(
        found.is_empty(),
        "{} violations:\n{}",
        found.len(),
        found.join("\n")
    );
}
