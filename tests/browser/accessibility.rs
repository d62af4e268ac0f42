//! The rules of WCAG 2.2 AA that a machine can check, on every kind of screen, light and dark, wide and narrow.

use super::{Browser, opened_by, panel, security};
use serde_json::Value;
use std::{env, fs};
use thirtyfour::Key;
use wire::accounts::users::UserRole;

const RULES: &str = "return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })
    .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(node => `${id} at ${node.target.join(' ')}: ${node.any.concat(node.all, node.none).map(check => check.message).join('; ')}`)))";

/// The checker, as `cargo xtask test` fetches it.
pub fn axe() -> String {
    let path = env::var("AXE_CORE").expect(
        "AXE_CORE names axe.min.js: run `cargo xtask test --only browser`, which fetches it",
    );
    fs::read_to_string(&path)
        .unwrap_or_else(|cause| panic!("AXE_CORE {path} cannot be read: {cause}"))
}

/// What is wrong with the screen as it stands, in every look.
pub async fn faults(browser: &Browser, axe: &str, what: &str) -> Vec<String> {
    let mut faults = Vec::new();
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
        browser.waits("nothing moves", "return document.getAnimations().some(one => one.playState === 'running' && one.effect.getComputedTiming().iterations !== Infinity) ? null : true").await;
        let found = browser.script(RULES).await;
        faults.extend(
            found
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(|fault| format!("{what}, {theme}, {width} px: {fault}")),
        );
        let wider = browser
            .script("return document.documentElement.scrollWidth > innerWidth")
            .await;
        if wider == true {
            faults.push(format!(
                "{what}, {theme}, {width} px: wider than the screen"
            ));
        }
    }
    browser.resize(1440, 900).await;
    faults
}

#[actix_web::test]
async fn every_screen_can_be_used_by_everybody() {
    let (app, axe) = (panel().await, axe());
    let things = security::shop(&app).await;
    let browser = opened_by(&app, UserRole::Admin).await;
    let mut found = Vec::new();

    for address in security::SCREENS
        .iter()
        .map(|address| (*address).to_owned())
        .chain(things)
    {
        browser.go(&address).await;
        browser.waits(&format!("{address} is drawn"), "return document.querySelector('main h1') && !document.querySelector('main .sk') && !document.querySelector('#boot') || null").await;
        found.extend(faults(&browser, &axe, &address).await);
    }

    assert!(
        found.is_empty(),
        "{} faults:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[actix_web::test]
async fn windows_empty_lists_and_failures_can_be_used_by_everybody() {
    let (app, axe) = (panel().await, axe());
    let plan = app.given(|given| given.unpriced_plan("Alpha"));
    let browser = Browser::open(&app).await;
    browser.finds("#email").await;
    let mut found = faults(&browser, &axe, "the sign-in").await;
    browser.press("Sign in").await;
    browser.finds(".field-fault").await;
    found.extend(faults(&browser, &axe, "a refused sign-in").await);
    drop(browser);

    let browser = opened_by(&app, UserRole::Admin).await;
    browser.sees("No orders yet").await;
    found.extend(faults(&browser, &axe, "an empty list").await);
    browser.keys("?").await;
    browser.sees("Keyboard shortcuts").await;
    found.extend(faults(&browser, &axe, "the help window").await);
    browser.keys(Key::Escape).await;
    browser.press_at(".topbar .account").await;
    browser.sees("Sign out").await;
    found.extend(faults(&browser, &axe, "the account menu").await);

    browser.go("/catalog/plans?q=nothing+like+it").await;
    browser.sees("No plans match").await;
    found.extend(faults(&browser, &axe, "a search without a result").await);
    browser.go("/catalog/plans").await;
    browser.press("Filter by availability").await;
    browser.sees("Not on sale").await;
    found.extend(faults(&browser, &axe, "a filter").await);
    browser.go(&format!("/catalog/plans/{plan}")).await;
    browser.press("Archive").await;
    browser.sees("Not for sale from now on.").await;
    found.extend(faults(&browser, &axe, "a question").await);

    browser.go("/catalog/plans/new").await;
    browser.press("Create plan").await;
    browser.finds(".field-fault").await;
    found.extend(faults(&browser, &axe, "a form with faults").await);
    browser.go("/no/such/place").await;
    browser.sees("Nothing is here").await;
    found.extend(faults(&browser, &axe, "a page that is not there").await);
    browser.press("Plans").await;
    browser.lists(&["Alpha"]).await;
    browser.connect(false).await;
    browser.press("Prices").await;
    browser.sees("Try again").await;
    found.extend(faults(&browser, &axe, "a list that could not be loaded").await);
    browser.connect(true).await;
    browser.press("Try again").await;
    browser.sees("No prices yet").await;

    assert!(
        found.is_empty(),
        "{} faults:\n{}",
        found.len(),
        found.join("\n")
    );
}
