//! What a browser is allowed: only what is ours, and nothing written into the page.

use super::{opened_by, panel};
use crate::{
    accounts::kyc::passport,
    flows::purchase::{order, simulate},
    harness::TestApp,
};
use wire::{accounts::users::UserRole, billing::transactions::SimulatedOutcome};

/// Every screen that needs no id.
pub const SCREENS: [&str; 33] = [
    "/billing/orders",
    "/billing/orders/new",
    "/billing/transactions",
    "/accounts/users",
    "/accounts/users/new",
    "/accounts/kyc",
    "/accounts/kyc/new",
    "/esims/inventory",
    "/esims/inventory/import",
    "/catalog/plans",
    "/catalog/plans/new",
    "/catalog/plans/import",
    "/catalog/pricing",
    "/integrations/providers",
    "/integrations/offers",
    "/integrations/provisioning",
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

/// A shop with one of everything, and the screens of each.
pub async fn shop(app: &TestApp) -> Vec<String> {
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
    app.work().await;
    simulate(app, &admin, &sold, SimulatedOutcome::Succeed).await;
    order(&admin, plan, customer, 2).await;
    app.work().await;
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
    screens
}

#[actix_web::test]
async fn no_screen_asks_for_anything_that_is_not_ours_or_breaks_its_policy() {
    let app = panel().await;
    let things = shop(&app).await;
    let browser = opened_by(&app, UserRole::Admin).await;
    // The first look at the refresh cookie finds none: that is a refusal in the log, and no fault.
    browser
        .complaints()
        .await
        .iter()
        .for_each(|complaint| assert!(complaint.contains("/v1/sessions/refresh"), "{complaint}"));

    let screens = SCREENS
        .iter()
        .map(|address| (*address).to_owned())
        .chain(things);
    for address in screens {
        browser.go(&address).await;
        browser.waits(&format!("{address} is drawn"), "return document.querySelector('main h1') && !document.querySelector('main .sk') && !document.querySelector('#boot') || null").await;
        assert_eq!(
            browser.complaints().await,
            Vec::<String>::new(),
            "{address}"
        );
        let says = browser.says().await;
        for fault in ["Not loaded", "Nothing is here", "No such", "Try again"] {
            assert!(!says.contains(fault), "{address} says “{fault}”: {says}");
        }
        let written = browser.script("return [...document.querySelectorAll('[style], [onclick]')].map(one => one.outerHTML)").await;
        assert_eq!(
            written,
            serde_json::json!([]),
            "{address} has styles or scripts of its own"
        );
    }
    // The browser's own first page, before ours, is not our business.
    let is_known = |address: &String| {
        browser.is_ours(address)
            || ["data:", "blob:", "chrome:", "chrome-untrusted:"]
                .iter()
                .any(|scheme| address.starts_with(scheme))
    };
    let elsewhere: Vec<String> = browser
        .requests()
        .await
        .into_iter()
        .filter(|address| !is_known(address))
        .collect();
    assert_eq!(elsewhere, Vec::<String>::new());
}

#[actix_web::test]
async fn pages_and_answers_tell_the_browser_what_it_may_not_do() {
    let app = panel().await;
    let nobody = app.anonymous();
    let (page, deep, answer) = (
        nobody.get("/").await,
        nobody.get("/billing/orders").await,
        app.as_admin().get("/v1/plans").await,
    );

    for said in [&page, &deep, &answer] {
        assert_eq!(said.status, 200);
        assert_eq!(said.header("x-content-type-options"), "nosniff");
        assert_eq!(said.header("x-frame-options"), "DENY");
        assert_eq!(said.header("referrer-policy"), "no-referrer");
        assert_eq!(said.header("cross-origin-opener-policy"), "same-origin");
        assert!(
            said.header("strict-transport-security")
                .starts_with("max-age=")
        );
        assert!(
            said.header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
    }
    assert_eq!(
        page.bytes, deep.bytes,
        "every address of the panel is the panel"
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'")
            && !policy.contains("unsafe-inline")
            && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    assert_eq!(
        (page.header("cache-control"), answer.header("cache-control")),
        ("no-cache", "no-store")
    );
    assert_eq!(nobody.get("/no-such-file.js").await.status, 404);
}
