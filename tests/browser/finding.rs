//! Finding things: the palette, saved views, columns; all of it by keyboard, by everybody, in every look.

use super::{
    Browser,
    accessibility::{axe, faults},
    opened_by, panel,
};
use crate::{flows::purchase::order, harness::TestApp};
use serde_json::Value;
use thirtyfour::Key;
use wire::accounts::users::UserRole;

/// An order to be found.
async fn sold(app: &TestApp) -> Value {
    let (plan, customer) = app.given(|given| {
        let customer = given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace");
        (given.supplied_plan("9.90"), customer)
    });
    order(&app.as_admin(), plan, customer, 1).await
}

/// What the headings of the list say.
async fn headings(browser: &Browser, wanted: &[&str]) {
    let script = format!(
        "const said = [...document.querySelectorAll('.grid th:not(.mark)')].map(one => one.textContent.trim()); \
         return JSON.stringify(said) === {:?} ? true : null",
        serde_json::to_string(wanted).unwrap()
    );
    browser
        .waits(&format!("the columns are {wanted:?}"), &script)
        .await;
}

/// The tab of the view that is open.
async fn opens(browser: &Browser, name: &str) {
    let script = format!(
        "return document.querySelector('.view-tab[aria-current=page] > span')?.textContent === {name:?} ? true : null"
    );
    browser
        .waits(&format!("the view {name} is open"), &script)
        .await;
}

#[actix_web::test]
async fn the_palette_finds_an_order_and_opens_it_by_keyboard_alone() {
    let app = panel().await;
    let order = sold(&app).await;
    let (number, id) = (
        order["order_number"].as_str().unwrap(),
        order["id"].as_str().unwrap(),
    );
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.go("/catalog/plans").await;
    browser.sees("5 GB Europe").await;

    browser.hold(Key::Control, "k").await;
    browser.finds("#palette:focus").await;
    browser.sees("New plan").await;
    browser.keys(number).await;
    browser.sees("Ada Lovelace · 5 GB Europe").await;
    browser.keys(Key::Enter).await;
    browser.is_at(&format!("/billing/orders/{id}")).await;
    browser.sees(number).await;
    assert!(!browser.shows("dialog[open]").await);

    browser.hold(Key::Control, "k").await;
    browser.finds("#palette:focus").await;
    browser.keys("trans").await;
    browser.keys(Key::Enter).await;
    browser.is_at("/billing/transactions").await;
    browser.hold(Key::Control, "k").await;
    browser.sees("Recently opened").await;
    browser.keys(Key::Enter).await;
    browser.is_at(&format!("/billing/orders/{id}")).await;
    browser.hold(Key::Control, "k").await;
    browser.finds("#palette:focus").await;
    browser.keys(Key::Escape).await;
    browser
        .waits(
            "the palette is closed",
            "return document.querySelector('dialog[open]') ? null : true",
        )
        .await;
    let kept = browser
        .script("return JSON.stringify(localStorage)")
        .await
        .to_string();
    assert!(
        kept.contains(id) && !kept.contains(number) && !kept.contains("Ada"),
        "{kept}"
    );
}

#[actix_web::test]
async fn support_finds_people_masked_and_no_providers() {
    let app = panel().await;
    sold(&app).await;
    app.given(|given| given.provider("Freedom Mobile", 1));
    let browser = opened_by(&app, UserRole::Support).await;
    browser.press("Search").await;
    browser.keys("ada@example.com").await;
    browser.sees("A••• L•••").await;
    browser.sees("a•••@e•••.com").await;
    browser.keys(Key::Escape).await;
    browser.press("Search").await;
    browser.keys("freedom").await;
    browser.sees("Nothing found for “freedom”").await;
}

#[actix_web::test]
async fn a_view_is_saved_opened_from_its_address_shared_and_made_the_default() {
    let app = panel().await;
    app.given(|given| ["Alpha", "Beta"].map(|name| given.unpriced_plan(name)));
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.go("/catalog/plans?sort=-name").await;
    browser.lists(&["Beta", "Alpha"]).await;

    browser.press("Save view").await;
    browser.fill("Name", "Backwards").await;
    browser.keys(Key::Enter).await;
    let address = browser
        .comes_to("the view", |address| {
            address.starts_with("/catalog/plans?sort=-name&view=")
        })
        .await;
    opens(&browser, "Backwards").await;
    assert!(!browser.offers("Update view").await);
    browser.go("/billing/orders").await;
    browser.go(&address).await;
    browser.lists(&["Beta", "Alpha"]).await;
    opens(&browser, "Backwards").await;

    browser.press("View “Backwards”").await;
    browser.press("Open first for me").await;
    browser.sees("“Backwards” opens first for me").await;
    browser.press("Orders").await;
    browser.is_at("/billing/orders").await;
    browser.press("Plans").await;
    browser.is_at(&address).await;
    browser.press("All").await;
    browser.is_at("/catalog/plans?view=all").await;
    browser.lists(&["Beta", "Alpha"]).await;
    browser.press("Backwards, opens first").await;

    browser.press("View “Backwards”").await;
    browser.press("Share with…").await;
    browser.fill("Who sees it", "Everyone").await;
    browser.press("Share").await;
    browser.sees("“Backwards”: for everyone").await;
    let other = opened_by(&app, UserRole::Support).await;
    other.press("Plans").await;
    other.is_at(&address).await;
    other.lists(&["Beta", "Alpha"]).await;
    assert!(!other.offers("Update view").await);

    browser.press("View “Backwards”").await;
    browser.press("Delete").await;
    browser.sees("Delete the view “Backwards”?").await;
    browser.press("Delete").await;
    browser.is_at("/catalog/plans").await;
    other.go(&address).await;
    other.lists(&["Beta", "Alpha"]).await;
    opens(&other, "All").await;
}

#[actix_web::test]
async fn columns_that_were_hidden_and_moved_survive_a_reload() {
    let app = panel().await;
    sold(&app).await;
    let browser = opened_by(&app, UserRole::Admin).await;
    headings(
        &browser,
        &[
            "Order", "Status", "Customer", "Plan", "Quantity", "Total", "Placed",
        ],
    )
    .await;

    browser.press("Columns").await;
    browser.finds(".columns").await;
    for hidden in ["Plan", "Quantity"] {
        browser.press(hidden).await;
    }
    browser.press("Move Total up").await;
    browser.hold(Key::Alt, &Key::Up.value().to_string()).await;
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
async fn finding_can_be_used_by_everybody() {
    let (app, axe) = (panel().await, axe());
    let order = sold(&app).await;
    let number = order["order_number"].as_str().unwrap();
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.sees(number).await;
    let mut found = Vec::new();

    browser.hold(Key::Control, "k").await;
    browser.sees("Go to").await;
    found.extend(faults(&browser, &axe, "the palette").await);
    browser.keys(number).await;
    browser.sees("Ada Lovelace · 5 GB Europe").await;
    found.extend(faults(&browser, &axe, "what the palette has found").await);
    browser.keys("zzz").await;
    browser.sees("Nothing found").await;
    found.extend(faults(&browser, &axe, "a palette without a result").await);
    browser.connect(false).await;
    browser.keys("z").await;
    browser.sees("The server cannot be reached").await;
    found.extend(faults(&browser, &axe, "a palette that cannot ask").await);
    browser.connect(true).await;
    browser.keys(Key::Escape).await;

    browser.press("Columns").await;
    browser.finds(".columns").await;
    browser.press("Reference").await;
    found.extend(faults(&browser, &axe, "the menu of columns").await);
    browser.go("/billing/orders?sort=total_amount").await;
    browser.press("Save view").await;
    browser.sees("Who sees it").await;
    found.extend(faults(&browser, &axe, "saving a view").await);
    browser.keys(Key::Enter).await;
    browser.finds("#view-fault .banner").await;
    found.extend(faults(&browser, &axe, "a view without a name").await);
    browser.fill("Name", "By total").await;
    browser.keys(Key::Enter).await;
    opens(&browser, "By total").await;
    browser.press("Total").await;
    browser.sees("Update view").await;
    browser.press("View “By total”").await;
    browser.sees("Save as new view").await;
    found.extend(faults(&browser, &axe, "a view that was changed, and its menu").await);

    assert!(
        found.is_empty(),
        "{} faults:\n{}",
        found.len(),
        found.join("\n")
    );
}
