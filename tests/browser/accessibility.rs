//! The WCAG 2.2 AA rules that axe-core checks, on every kind of screen, in both themes, wide and narrow.

use super::{Browser, open_as, panel, security};
use serde_json::Value;
use std::{env, fs};
use thirtyfour::Key;
use wire::accounts::users::UserRole;

const RULES: &str = "return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(node => `${id} at ${node.target.join(' ')}: ${node.any.concat(node.all, node.none).map(check => check.message).join('; ')}`)))";

/// Returns the source of axe-core, which `cargo xtask test` downloads.
pub fn axe() -> String {
    let path = env::var("AXE_CORE").expect(
        "AXE_CORE names axe.min.js: run `cargo xtask test --only browser`, which fetches it",
    );
    fs::read_to_string(&path)
        .unwrap_or_else(|cause| panic!("AXE_CORE {path} cannot be read: {cause}"))
}

/// Returns the violations on the current screen, in both themes and both widths.
pub async fn violations(browser: &Browser, axe: &str, name: &str) -> Vec<String> {
    let mut violations = Vec::new();
    browser
        .script(&format!("if (!window.axe) {{ {axe} }}"))
        .await;
    for (theme, width, height) in [
        ("light", 1440, 900),
        ("dark", 1440, 900),
        ("dark", 390, 844),
        ("light", 390, 844),
    ] {
        browser.resize(width, height).await;
        browser
            .script(&format!(
                "document.documentElement.dataset.theme = '{theme}'"
            ))
            .await;
        browser.wait_for("animations have ended", "return document.getAnimations().some(one => one.playState === 'running' && one.effect.getComputedTiming().iterations !== Infinity) ? null : true").await;
        let found = browser.script(RULES).await;
        violations.extend(
            found
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(|violation| format!("{name}, {theme}, {width} px: {violation}")),
        );
        let wider = browser
            .script("return document.documentElement.scrollWidth > innerWidth")
            .await;
        if wider == true {
            violations.push(format!(
                "{name}, {theme}, {width} px: wider than the screen"
            ));
        }
    }
    browser.resize(1440, 900).await;
    violations
}

#[actix_web::test]
async fn screens_meet_accessibility_rules() {
    let (app, axe) = (panel().await, axe());
    let record_pages = security::record_pages(&app).await;
    let browser = open_as(&app, UserRole::Admin).await;
    let mut found = Vec::new();

    for address in security::SCREENS
        .iter()
        .map(|address| (*address).to_owned())
        .chain(record_pages)
    {
        browser.go(&address).await;
        security::is_drawn(&browser, &address).await;
        found.extend(violations(&browser, &axe, &address).await);
    }

    assert!(
        found.is_empty(),
        "{} violations:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[actix_web::test]
async fn dialogs_empty_lists_and_errors_meet_accessibility_rules() {
    let (app, axe) = (panel().await, axe());
    let plan = app.given(|given| given.unpriced_plan("Alpha"));
    let browser = Browser::open(&app).await;
    browser.sees_element("#email").await;
    let mut found = violations(&browser, &axe, "the sign-in").await;
    browser.press("Sign in").await;
    browser.sees_element(".field-error").await;
    found.extend(violations(&browser, &axe, "a failed sign-in").await);
    drop(browser);

    let browser = open_as(&app, UserRole::Admin).await;
    browser.sees("No orders yet").await;
    found.extend(violations(&browser, &axe, "an empty list").await);
    browser.keys("?").await;
    browser.sees("Keyboard shortcuts").await;
    found.extend(violations(&browser, &axe, "the shortcuts dialog").await);
    browser.keys(Key::Escape).await;
    browser.press_at(".topbar .account").await;
    browser.sees("Sign out").await;
    found.extend(violations(&browser, &axe, "the account menu").await);

    browser.go("/catalog/plans?q=nothing+like+it").await;
    browser.sees("No plans match").await;
    found.extend(violations(&browser, &axe, "a search without a result").await);
    browser.go("/catalog/plans").await;
    browser.press("Filter by availability").await;
    browser.sees("Not on sale").await;
    found.extend(violations(&browser, &axe, "a filter").await);
    browser.go(&format!("/catalog/plans/{plan}")).await;
    browser.press("Archive").await;
    browser.sees("The plan is no longer for sale.").await;
    found.extend(violations(&browser, &axe, "a confirmation").await);

    browser.go("/catalog/plans/new").await;
    browser.press("Create plan").await;
    browser.sees_element(".field-error").await;
    found.extend(violations(&browser, &axe, "a form with errors").await);
    browser.go("/no/such/page").await;
    browser.sees("Page not found").await;
    found.extend(violations(&browser, &axe, "an unknown address").await);
    browser.press("Plans").await;
    browser.lists(&["Alpha"]).await;
    browser.set_online(false).await;
    browser.press("Prices").await;
    browser.sees("Try again").await;
    found.extend(violations(&browser, &axe, "a list that failed to load").await);
    browser.set_online(true).await;
    browser.press("Try again").await;
    browser.sees("No prices yet").await;

    assert!(
        found.is_empty(),
        "{} violations:\n{}",
        found.len(),
        found.join("\n")
    );
}
