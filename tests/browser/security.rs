//! The content security policy: only requests to the panel's own origin, no inline styles, no inline scripts.

use super::{Browser, open_as, panel, support};
use crate::{
    accounts::kyc::passport,
    flows::purchase::{order, simulate},
    harness::TestApp,
};
use wire::{accounts::users::UserRole, billing::transactions::SimulatedOutcome};

/// Every screen without an ID in its address.
pub const SCREENS: [&str; 58] = [
    "/billing/orders",
    "/billing/orders/new",
    "/billing/transactions",
    "/accounts/users",
    "/accounts/users/new",
    "/accounts/kyc",
    "/accounts/kyc/new",
    "/esims/inventory",
    "/esims/inventory/import",
    "/esims/active",
    "/esims/usage",
    "/esims/operations",
    "/esims/operations/new",
    "/esims/stock",
    "/esims/stock/thresholds/new",
    "/catalog/plans",
    "/catalog/plans/new",
    "/catalog/plans/import",
    "/catalog/pricing",
    "/integrations/providers",
    "/integrations/providers/new",
    "/integrations/offers",
    "/integrations/provisioning",
    "/integrations/allocations",
    "/integrations/twilio",
    "/integrations/twilio/new",
    "/integrations/webhooks",
    "/integrations/runs",
    "/integrations/offers/new",
    "/support/tickets",
    "/support/tickets/new",
    "/support/articles",
    "/support/articles/new",
    "/support/searches",
    "/support/macros",
    "/support/macros/new",
    "/support/rules",
    "/support/rules/new",
    "/support/service-levels",
    "/support/service-levels/edit",
    "/support/emails",
    "/messaging/notifications",
    "/system/audit",
    "/billing/payments",
    "/billing/refunds",
    "/billing/disputes",
    "/billing/reconciliation",
    "/billing/invoices",
    "/billing/credit-notes",
    "/catalog/promotions",
    "/catalog/promotions/new",
    "/catalog/price-changes",
    "/catalog/price-lists",
    "/accounts/api-clients",
    "/accounts/api-clients/new",
    "/system/settings",
    "/system/access",
    "/account",
];

/// Creates one record of each kind and returns the addresses of their pages.
pub async fn record_pages(app: &TestApp) -> Vec<String> {
    let (plan, customer, provider, (esim, _)) = app.given(|given| {
        let plan = given.plan("9.90");
        let provider = given.provider("Freedom", 1);
        given.offer(plan, provider, "eu-5gb");
        (
            plan,
            given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"),
            provider,
            given.stock(plan),
        )
    });
    let admin = app.as_admin();
    let sold = order(&admin, plan, customer, 1).await;
    app.run_jobs().await;
    simulate(app, &admin, &sold, SimulatedOutcome::Succeed).await;
    order(&admin, plan, customer, 2).await;
    app.run_jobs().await;
    let document = passport(app, customer).await;
    let mut screens = vec![
        format!("/accounts/kyc/{}", document["id"].as_str().unwrap()),
        format!("/billing/orders/{}", sold["id"].as_str().unwrap()),
        format!("/esims/inventory/{esim}"),
        format!("/catalog/plans/{plan}"),
        format!("/catalog/plans/{plan}/edit"),
        format!("/accounts/users/{customer}"),
        format!("/integrations/providers/{provider}"),
        format!("/integrations/providers/{provider}/edit"),
    ];
    for (list, screen) in [
        ("/v1/transactions", "/billing/transactions"),
        ("/v1/notifications", "/messaging/notifications"),
        ("/v1/audit", "/system/audit"),
        ("/v1/pricing", "/catalog/pricing"),
    ] {
        let rows = admin.get(list).await.expect(200);
        screens.push(format!(
            "{screen}/{}",
            rows["data"][0]["id"].as_str().unwrap()
        ));
    }
    screens.extend(support::record_pages(app, customer).await);
    screens
}

/// Waits until the screen of an address is drawn.
pub async fn is_drawn(browser: &Browser, address: &str) {
    browser.wait_for(&format!("{address} is drawn"), "return document.querySelector('main h1') && !document.querySelector('main .sk') && !document.querySelector('#boot') || null").await;
}

#[actix_web::test]
async fn screens_request_only_their_own_origin_and_obey_the_content_security_policy() {
    let app = panel().await;
    let record_pages = record_pages(&app).await;
    let browser = open_as(&app, UserRole::Admin).await;
    // The first refresh without a cookie is refused. The console logs this refusal, which is expected.
    browser
        .console_messages()
        .await
        .iter()
        .for_each(|message| assert!(message.contains("/v1/sessions/refresh"), "{message}"));

    let screens = SCREENS
        .iter()
        .map(|address| (*address).to_owned())
        .chain(record_pages);
    for address in screens {
        browser.go(&address).await;
        is_drawn(&browser, &address).await;
        assert_eq!(
            browser.console_messages().await,
            Vec::<String>::new(),
            "{address}"
        );
        let text = browser.text().await;
        for error in ["Not loaded", "Page not found", "No such", "Try again"] {
            assert!(!text.contains(error), "{address} shows “{error}”: {text}");
        }
        let inline = browser.script("return [...document.querySelectorAll('[style], [onclick]')].map(one => one.outerHTML)").await;
        assert_eq!(
            inline,
            serde_json::json!([]),
            "{address} has inline styles or scripts"
        );
    }
    // The start page of the browser makes requests that the panel does not control.
    let is_known = |address: &String| {
        browser.is_own_origin(address)
            || ["data:", "blob:", "chrome:", "chrome-untrusted:"]
                .iter()
                .any(|scheme| address.starts_with(scheme))
    };
    let foreign: Vec<String> = browser
        .requests()
        .await
        .into_iter()
        .filter(|address| !is_known(address))
        .collect();
    assert_eq!(foreign, Vec::<String>::new());
}

#[actix_web::test]
async fn pages_and_api_responses_have_security_headers() {
    let app = panel().await;
    let anonymous = app.anonymous();
    let (page, deep, response) = (
        anonymous.get("/").await,
        anonymous.get("/billing/orders").await,
        app.as_admin().get("/v1/plans").await,
    );

    for result in [&page, &deep, &response] {
        assert_eq!(result.status, 200);
        assert_eq!(result.header("x-content-type-options"), "nosniff");
        assert_eq!(result.header("x-frame-options"), "DENY");
        assert_eq!(result.header("referrer-policy"), "no-referrer");
        assert_eq!(result.header("cross-origin-opener-policy"), "same-origin");
        assert!(
            result
                .header("strict-transport-security")
                .starts_with("max-age=")
        );
        assert!(
            result
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
    }
    assert_eq!(
        page.bytes, deep.bytes,
        "every address of the panel serves the same page"
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'")
            && !policy.contains("unsafe-inline")
            && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    assert_eq!(
        (
            page.header("cache-control"),
            response.header("cache-control")
        ),
        ("no-cache", "no-store")
    );
    assert_eq!(anonymous.get("/no-such-file.js").await.status, 404);
}
