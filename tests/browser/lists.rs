//! Lists: the address bar holds them, the keyboard walks them, the role decides what is in them.

use super::{opened_by, panel};
use chrono::Utc;
use thirtyfour::Key;
use wire::accounts::users::UserRole;

#[actix_web::test]
async fn search_filter_order_and_page_stand_in_the_address() {
    let app = panel().await;
    app.given(|given| {
        (1..=30).for_each(|number| {
            given.unpriced_plan(&format!("Plan {number:02}"));
        })
    });
    let browser = opened_by(&app, UserRole::Admin).await;
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
        .comes_to("the second page", |address| address.contains("after="))
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
    browser.press("Show all").await;
    browser.is_at("/catalog/plans?limit=25&sort=-name").await;
}

#[actix_web::test]
async fn a_list_is_walked_with_the_keyboard() {
    let app = panel().await;
    app.given(|given| ["Alpha", "Beta", "Gamma"].map(|name| given.unpriced_plan(name)));
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.go("/catalog/plans?sort=name").await;
    browser.lists(&["Alpha", "Beta", "Gamma"]).await;

    browser.keys("j").await;
    browser.finds("#row-0.cursor").await;
    browser.keys("j").await;
    browser.finds("#row-1.cursor").await;
    browser.keys("k").await;
    browser.finds("#row-0.cursor").await;
    browser.keys("?").await;
    browser.sees("Keyboard shortcuts").await;
    browser.sees("Open the row").await;
    browser.keys(Key::Escape).await;
    browser.misses("Open the row").await;

    browser.keys("/").await;
    browser.finds("#list-search:focus").await;
    browser.keys("bet").await;
    browser.lists(&["Beta"]).await;
    browser.keys(Key::Escape).await;
    browser
        .waits(
            "the search has lost the focus",
            "return document.activeElement.id === 'list-search' ? null : true",
        )
        .await;
    browser.keys("j").await;
    browser.finds("#row-0.cursor").await;
    browser.keys(Key::Enter).await;
    browser
        .comes_to("the plan", |address| address.starts_with("/catalog/plans/"))
        .await;
    browser.sees("Coverage").await;
    browser.keys("e").await;
    browser
        .comes_to("its form", |address| address.ends_with("/edit"))
        .await;
}

#[actix_web::test]
async fn support_sees_no_costs_and_is_offered_nothing_it_may_not_do() {
    let app = panel().await;
    app.given(|given| {
        let plan = given.unpriced_plan("Alpha");
        given.price(plan, "9.90", wire::Currency::Usd, Utc::now(), None);
    });
    let browser = opened_by(&app, UserRole::Support).await;

    for absent in ["New order", "Providers", "Offers", "Audit log"] {
        assert!(!browser.offers(absent).await, "{absent}");
    }
    browser.press("Plans").await;
    browser.lists(&["Alpha"]).await;
    for absent in ["New plan", "Import", "Export"] {
        assert!(!browser.offers(absent).await, "{absent}");
    }
    browser.press("Alpha").await;
    browser.sees("$9.90").await;
    for absent in ["Edit", "Archive", "New price"] {
        assert!(!browser.offers(absent).await, "{absent}");
    }
    assert!(
        !browser.says().await.contains("$2.00"),
        "no cost on the plan"
    );
    browser.press("Prices").await;
    browser.sees("$9.90").await;
    let said = browser.says().await;
    assert!(
        !said.contains("$2.00") && !said.contains("Margin") && !said.contains("Cost"),
        "no cost among the prices: {said}"
    );
    for address in [
        "/integrations/providers",
        "/catalog/plans/new",
        "/system/audit",
    ] {
        browser.go(address).await;
        browser.sees("This is not for your role").await;
    }
}

#[actix_web::test]
async fn unknown_filter_disables_bulk_actions_and_export() {
    let app = panel().await;
    app.given(|given| given.user(UserRole::Customer));
    let browser = opened_by(&app, UserRole::SuperAdmin).await;
    browser
        .go("/accounts/users?role=customer&created=last_year")
        .await;
    browser.sees("Unknown filter: created=last_year").await;
    browser.press_at("tbody input[type=checkbox]").await;
    browser
        .sees("Bulk actions are off until the unknown filters are removed.")
        .await;
    assert!(!browser.offers("Ban").await);
    browser.press("Export").await;
    browser.sees("Export is off").await;

    browser.press("Remove unknown filters").await;
    browser.is_at("/accounts/users?role=customer").await;
    browser.misses("Unknown filter").await;
    browser.finds(".bulk").await;
    assert!(browser.offers("Ban").await);
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
    let browser = opened_by(&app, UserRole::Admin).await;
    browser.press("Filter by placed").await;
    browser.sees("Days in Asia/Tokyo").await;
    browser
        .script(
            "for (const [place, day] of [[0, '2026-12-01'], [1, '2026-12-05']]) {\
               const input = document.querySelectorAll('.range input')[place];\
               input.value = day; input.dispatchEvent(new Event('change', { bubbles: true })); }",
        )
        .await;
    browser
        .is_at("/billing/orders?created_at_from=2026-11-30T15:00:00Z&created_at_to=2026-12-05T15:00:00Z")
        .await;
    browser.sees("1 Dec 2026 – 5 Dec 2026").await;
}
