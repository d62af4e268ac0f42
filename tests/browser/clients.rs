//! API clients in the panel: a key is shown once and works until it is revoked.

use super::{
    accessibility::{axe, violations},
    open_as, panel,
};
use serde_json::Value;
use wire::{ProblemCode, accounts::users::UserRole};

const KEY: &str =
    "return document.querySelector('.one-time-secret-value code')?.textContent ?? null";

#[actix_web::test]
async fn api_key_is_shown_once_and_works_until_revoked() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::SuperAdmin).await;
    let key = async || match browser.wait_for("a key", KEY).await {
        Value::String(key) => app.with_key(&key),
        other => panic!("{other} is not a key"),
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
    browser.fill("Allowed networks", "127.0.0.1/8").await;
    browser.press("Create API client").await;
    browser.sees("use 127.0.0.0/8").await;
    browser.fill("Allowed networks", "127.0.0.0/8").await;
    browser.press("Create API client").await;

    browser.sees("API key of Travel shop").await;
    let first = key().await;
    first.get("/v1/plans").await.expect(200);
    first
        .get("/v1/orders")
        .await
        .problem(403, ProblemCode::Forbidden);
    browser.press("I have stored it").await;
    browser.sees("… Active").await;
    browser.press("Rotate key").await;
    browser.sees("Rotate the key of Travel shop?").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("API key of Travel shop").await;
    let second = key().await;
    first.get("/v1/plans").await.expect(200);
    second.get("/v1/plans").await.expect(200);
    browser.press("I have stored it").await;
    browser.sees("Expiring").await;

    browser.press("Revoke").await;
    browser.sees("Revoke Travel shop?").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("Enter a reason").await;
    browser.fill("Reason", "The contract has ended").await;
    browser.press_at("dialog[open] button[type=submit]").await;
    browser.sees("All its keys are invalid").await;
    for revoked in [first, second] {
        revoked
            .get("/v1/plans")
            .await
            .problem(401, ProblemCode::Unauthenticated);
    }
    browser.reload().await;
    browser.sees("“The contract has ended”").await;
    assert!(!browser.has_element(".one-time-secret-value").await);
}

#[actix_web::test]
async fn api_client_screens_meet_accessibility_rules() {
    let app = panel().await;
    let browser = open_as(&app, UserRole::SuperAdmin).await;
    let axe = axe();
    let mut found = Vec::new();
    browser.console_messages().await;
    browser.go("/accounts/api-clients/new").await;
    browser.press("Create API client").await;
    browser.sees("Please correct these fields").await;
    found.extend(violations(&browser, &axe, "the form of an API client").await);
    browser.fill("Name", "Travel shop").await;
    browser
        .press_at(".checks fieldset:nth-of-type(1) legend + label input")
        .await;
    browser.press("Create API client").await;
    browser.sees("API key of Travel shop").await;
    found.extend(violations(&browser, &axe, "a key that is shown once").await);
    browser.press("I have stored it").await;
    browser.sees("… Active").await;
    found.extend(violations(&browser, &axe, "an API client").await);
    browser.press("Rotate key").await;
    browser.sees("Rotate the key of Travel shop?").await;
    found.extend(violations(&browser, &axe, "the dialog that rotates a key").await);
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert_eq!(browser.console_messages().await, Vec::<String>::new());
}
