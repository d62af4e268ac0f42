//! Lists: state in the address bar, keyboard navigation, and content by role.

use super::{open_as, panel};
use chrono::Utc;
use thirtyfour::Key;
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn search_filter_sort_and_page_are_in_the_address() {
    let app = panel().await;
    app.given(|given| {
        (1..=30).for_each(|number| {
            given.unpriced_plan(&format!("Plan {number:02}"));
        })
    });
    let browser = open_as(&app, UserRole::Admin).await;
    browser.press("Plans").await;
    browser.is_at("/catalog/plans").await;
    browser.back().await;
    browser.is_at("/billing/orders").await;
    browser.go("/catalog/plans?limit=25").await;

    browser.press("Name").await;
    browser.is_at("/catalog/plans?limit=25&sort=name").await;
    browser.sees("1–25 of 30").await;
    browser.press("Next").await;
    browser
        .wait_for_address("the second page", |address| address.contains("after="))
        .await;
    browser
        .lists(&["Plan 26", "Plan 27", "Plan 28", "Plan 29", "Plan 30"])
        .await;
    browser.reload().await;
    browser
        .lists(&["Plan 26", "Plan 27", "Plan 28", "Plan 29", "Plan 30"])
        .await;
    browser.back().await;
    browser.is_at("/catalog/plans?limit=25&sort=name").await;
    browser.sees("1–25 of 30").await;

    browser.fill("Search by name", "Plan 1").await;
    browser
        .is_at("/catalog/plans?q=Plan%201&limit=25&sort=name")
        .await;
    browser.sees("1–10 of 10").await;
    browser.press("Name").await;
    browser
        .is_at("/catalog/plans?q=Plan%201&limit=25&sort=-name")
        .await;
    browser.press("Filter by availability").await;
    browser.press("Not on sale").await;
    browser
        .is_at("/catalog/plans?q=Plan%201&is_active=false&limit=25&sort=-name")
        .await;
    browser.sees("No plans match").await;
    browser.press("Remove the filter Availability").await;
    browser
        .is_at("/catalog/plans?q=Plan%201&limit=25&sort=-name")
        .await;
    browser.sees("Plan 19").await;
    browser.back().await;
    browser
        .is_at("/catalog/plans?q=Plan%201&is_active=false&limit=25&sort=-name")
        .await;
    browser.press("Clear filters").await;
    browser.is_at("/catalog/plans?limit=25&sort=-name").await;
}

#[actix_web::test]
async fn list_is_navigated_by_keyboard() {
    let app = panel().await;
    app.given(|given| ["Alpha", "Beta", "Gamma"].map(|name| given.unpriced_plan(name)));
    let browser = open_as(&app, UserRole::Admin).await;
    browser.go("/catalog/plans?sort=name").await;
    browser.lists(&["Alpha", "Beta", "Gamma"]).await;

    browser.keys("j").await;
    browser.sees_element("#row-0.cursor").await;
    browser.keys("j").await;
    browser.sees_element("#row-1.cursor").await;
    browser.keys("k").await;
    browser.sees_element("#row-0.cursor").await;
    browser.keys("?").await;
    browser.sees("Keyboard shortcuts").await;
    browser.sees("Open the row").await;
    browser.keys(Key::Escape).await;
    browser.no_longer_sees("Open the row").await;

    browser.keys("/").await;
    browser.sees_element("#list-search:focus").await;
    browser.keys("bet").await;
    browser.lists(&["Beta"]).await;
    browser.keys(Key::Escape).await;
    browser
        .wait_for(
            "the search has lost the focus",
            "return document.activeElement.id === 'list-search' ? null : true",
        )
        .await;
    browser.keys("j").await;
    browser.sees_element("#row-0.cursor").await;
    browser.keys(Key::Enter).await;
    browser
        .wait_for_address("the plan", |address| address.starts_with("/catalog/plans/"))
        .await;
    browser.sees("Coverage").await;
    browser.keys("e").await;
    browser
        .wait_for_address("the form", |address| address.ends_with("/edit"))
        .await;
}

#[actix_web::test]
async fn support_sees_no_costs_and_no_forbidden_actions() {
    let app = panel().await;
    app.given(|given| {
        let plan = given.unpriced_plan("Alpha");
        given.price(plan, "9.90", wire::Currency::Usd, Utc::now(), None);
    });
    let browser = open_as(&app, UserRole::Support).await;

    for absent in ["New order", "Providers", "Offers", "Audit log"] {
        assert!(!browser.has_button(absent).await, "{absent}");
    }
    browser.press("Plans").await;
    browser.lists(&["Alpha"]).await;
    for absent in ["New plan", "Import", "Export"] {
        assert!(!browser.has_button(absent).await, "{absent}");
    }
    browser.press("Alpha").await;
    browser.sees("$9.90").await;
    for absent in ["Edit", "Archive", "New price"] {
        assert!(!browser.has_button(absent).await, "{absent}");
    }
    assert!(
        !browser.text().await.contains("$2.00"),
        "no cost on the plan"
    );
    browser.press("Prices").await;
    browser.sees("$9.90").await;
    let text = browser.text().await;
    assert!(
        !text.contains("$2.00") && !text.contains("Margin") && !text.contains("Cost"),
        "no cost among the prices: {text}"
    );
    for address in [
        "/integrations/providers",
        "/catalog/plans/new",
        "/system/audit",
    ] {
        browser.go(address).await;
        browser.sees("You don't have access").await;
    }
}

#[actix_web::test]
async fn unknown_filter_disables_bulk_actions_and_export() {
    let app = panel().await;
    app.given(|given| given.user(UserRole::Customer));
    let browser = open_as(&app, UserRole::SuperAdmin).await;
    browser
        .go("/accounts/users?role=customer&created=last_year")
        .await;
    browser.sees("Unknown filter: created=last_year").await;
    browser.press_at("tbody input[type=checkbox]").await;
    browser
        .sees("Bulk actions are off until the unknown filters are removed.")
        .await;
    assert!(!browser.has_button("Ban").await);
    browser.press("Export").await;
    browser.sees("Export is off").await;

    browser.press("Remove unknown filters").await;
    browser.is_at("/accounts/users?role=customer").await;
    browser.no_longer_sees("Unknown filter").await;
    browser.sees_element(".bulk").await;
    assert!(browser.has_button("Ban").await);
}

#[actix_web::test]
async fn date_filter_uses_the_business_time_zone() {
    let app = panel().await;
    let (admin, setting) = (app.as_admin(), "/v1/settings/business.time_zone");
    let version = admin.get(setting).await.expect(200)["version"].clone();
    let tokyo = serde_json::json!({ "value": "Asia/Tokyo" });
    admin
        .patch(setting, version.as_i64().unwrap(), tokyo)
        .await
        .expect(200);
    let browser = open_as(&app, UserRole::Admin).await;
    browser.press("Filter by placed").await;
    browser.sees("Days in Asia/Tokyo").await;
    browser
        .script(
            "for (const [index, day] of [[0, '2026-12-01'], [1, '2026-12-05']]) {\
               const input = document.querySelectorAll('.range input')[index];\
               input.value = day; input.dispatchEvent(new Event('change', { bubbles: true })); }",
        )
        .await;
    browser
        .is_at("/billing/orders?created_at_from=2026-11-30T15:00:00Z&created_at_to=2026-12-05T15:00:00Z")
        .await;
    browser.sees("1 Dec 2026 – 5 Dec 2026").await;
}
