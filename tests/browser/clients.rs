//! Integrators' programs in the panel: a key that is shown once, and works until it is revoked.

use super::{
    accessibility::{axe, faults},
    opened_by, panel,
};
use serde_json::Value;
use wire::{ProblemCode, accounts::users::UserRole};

const KEY: &str = "return document.querySelector('.once-secret code')?.textContent ?? null";

#[actix_web::test]
async fn a_key_is_shown_once_and_works_until_it_is_revoked() {
    let app = panel().await;
    let browser = opened_by(&app, UserRole::SuperAdmin).await;
    let key = async || match browser.waits("a key", KEY).await {
        Value::String(key) => app.with_key(&key),
        other => panic!("{other} is no key"),
    };
    browser.go("/accounts/api-clients").await;
    browser.sees("No API clients yet").await;
    browser.press("New client").await;
    browser.press("Create API client").await;
    browser.sees("Choose at least one.").await;
    browser.fill("Name", "Travel shop").await;
    let catalog = ".checks fieldset:nth-of-type(2) legend input";
    let into_view =
        format!("document.querySelector('{catalog}').scrollIntoView({{ block: 'center' }})");
    browser.script(&into_view).await;
    browser.press_at(catalog).await;
    browser.fill("Networks", "127.0.0.1/8").await;
    browser.press("Create API client").await;
    browser.sees("write 127.0.0.0/8").await;
    browser.fill("Networks", "127.0.0.0/8").await;
    browser.press("Create API client").await;

    browser.sees("The key of Travel shop").await;
    let first = key().await;
    first.get("/v1/plans").await.expect(200);
    first
        .get("/v1/orders")
        .await
        .problem(403, ProblemCode::Forbidden);
    browser.press("I have stored it").await;
    browser.sees("In force").await;
    browser.press("Rotate key").await;
    browser.sees("A new key for Travel shop?").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("The key of Travel shop").await;
    let second = key().await;
    first.get("/v1/plans").await.expect(200);
    second.get("/v1/plans").await.expect(200);
    browser.press("I have stored it").await;
    browser.sees("Ending").await;

    browser.press("Revoke").await;
    browser.sees("Revoke Travel shop?").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Say why").await;
    browser.fill("Reason", "The contract has ended").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("None of its keys opens anything").await;
    for gone in [first, second] {
        gone.get("/v1/plans")
            .await
            .problem(401, ProblemCode::Unauthenticated);
    }
    browser.reload().await;
    browser.sees("“The contract has ended”").await;
    assert!(!browser.shows(".once-secret").await);
}

#[actix_web::test]
async fn clients_can_be_made_by_everybody() {
    let app = panel().await;
    let browser = opened_by(&app, UserRole::SuperAdmin).await;
    let axe = axe();
    let mut found = Vec::new();
    browser.complaints().await;
    browser.go("/accounts/api-clients/new").await;
    browser.press("Create API client").await;
    browser.sees("Please correct these fields").await;
    found.extend(faults(&browser, &axe, "the form of a client").await);
    browser.fill("Name", "Travel shop").await;
    browser
        .press_at(".checks fieldset:nth-of-type(1) legend + label input")
        .await;
    browser.press("Create API client").await;
    browser.sees("The key of Travel shop").await;
    found.extend(faults(&browser, &axe, "a key, shown once").await);
    browser.press("I have stored it").await;
    browser.sees("In force").await;
    found.extend(faults(&browser, &axe, "a client").await);
    browser.press("Rotate key").await;
    browser.sees("A new key for Travel shop?").await;
    found.extend(faults(&browser, &axe, "the question of an overlap").await);
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}
