//! Credentials of providers, tests of the connection, and balances.

use super::providers::freedom;
use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use std::time::Duration;
use suppliers::{Balance, SupplierError, simulator::Fault};
use wire::{Currency, Money, ProblemCode, accounts::users::UserRole};

/// Requests a run, runs the jobs and returns the run.
pub async fn finished(app: &TestApp, admin: &Client, path: &str, body: Option<Value>) -> Value {
    let requested = admin
        .send(reqwest::Method::POST, path, body)
        .await
        .expect(202);
    app.run_jobs().await;
    let path = format!("/v1/provider-runs/{}", requested["id"].as_str().unwrap());
    admin.get(&path).await.expect(200)
}

async fn provider(admin: &Client) -> String {
    let made = admin.post("/v1/providers", freedom()).await.expect(201);
    format!("/v1/providers/{}", made["id"].as_str().unwrap())
}

fn failing(app: &TestApp, error: SupplierError) {
    app.supplier.set_fault(Some(Fault {
        error,
        is_registered: false,
        delay: Duration::ZERO,
    }));
}

#[actix_web::test]
async fn provider_test_reports_success_and_failure() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let path = provider(&admin).await;

    let good = finished(&app, &admin, &format!("{path}/test"), None).await;
    failing(
        &app,
        SupplierError::Unauthorized {
            message: "wrong key".into(),
        },
    );
    let bad = finished(&app, &admin, &format!("{path}/test"), None).await;
    let connection = admin.get(&format!("{path}/connection")).await.expect(200);

    assert_eq!(
        (&good["status"], &good["kind"], &good["requested_by"]),
        (&json!("succeeded"), &json!("test"), &json!(admin.id()))
    );
    assert!(good["duration_ms"].as_i64().unwrap() >= 40, "{good}");
    assert_eq!(
        (&bad["status"], &bad["message"]),
        (
            &json!("failed"),
            &json!("The provider does not accept the credentials: wrong key.")
        )
    );
    assert_eq!(connection["last_test"]["id"], bad["id"]);
    assert_eq!(connection["capabilities"]["has_balance"], true);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'provider.test'"),
        2
    );
    app.as_role(UserRole::Support)
        .post(&format!("{path}/test"), json!({}))
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn concurrent_tests_of_a_provider_are_one_run() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let path = format!("{}/test", provider(&admin).await);
    let first = admin.post(&path, json!({})).await.expect(202);
    let second = admin.post(&path, json!({})).await.expect(202);
    assert_eq!(first["id"], second["id"]);
    assert_eq!(app.run_jobs().await, 1);
    let third = admin.post(&path, json!({})).await.expect(202);
    assert_ne!(first["id"], third["id"]);
    app.run_jobs().await;
}

#[actix_web::test]
async fn low_balance_opens_one_case_per_crossing() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let path = provider(&admin).await;
    admin
        .patch(&path, 1, json!({ "low_balance_threshold": "50.00" }))
        .await
        .expect(200);
    let set = |amount: &str| {
        app.supplier.set_balance(Balance {
            amount: amount.parse::<Money>().unwrap(),
            currency: Currency::Usd,
        });
    };
    let read = format!("{path}/balance");
    let open =
        "SELECT count(*) FROM reconciliation_cases WHERE kind = 'low_balance' AND status = 'open'";
    let all = "SELECT count(*) FROM reconciliation_cases WHERE kind = 'low_balance'";

    set("50.00");
    let run = finished(&app, &admin, &read, None).await;
    assert_eq!(run["message"], "The balance is 50.00 USD.");
    assert_eq!(app.count(all), 0);
    for amount in ["49.99", "10.00"] {
        set(amount);
        finished(&app, &admin, &read, None).await;
    }
    assert_eq!((app.count(open), app.count(all)), (1, 1));
    let connection = admin.get(&format!("{path}/connection")).await.expect(200);
    assert_eq!(
        (
            &connection["balance"]["amount"],
            &connection["balance"]["is_low"]
        ),
        (&json!("10.00"), &json!(true))
    );
    set("500.00");
    finished(&app, &admin, &read, None).await;
    assert_eq!((app.count(open), app.count(all)), (0, 1));
    set("1.00");
    finished(&app, &admin, &read, None).await;
    assert_eq!((app.count(open), app.count(all)), (1, 2));
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'provider.balance_low'"),
        2
    );
}

#[actix_web::test]
async fn failed_balance_keeps_the_last_one() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let path = provider(&admin).await;
    finished(&app, &admin, &format!("{path}/balance"), None).await;
    failing(&app, SupplierError::unknown("no answer in time"));
    let run = finished(&app, &admin, &format!("{path}/balance"), None).await;
    let connection = admin.get(&format!("{path}/connection")).await.expect(200);
    assert_eq!(run["status"], "failed");
    assert_eq!(connection["balance"]["amount"], "1000.00");
}

#[actix_web::test]
async fn adapters_state_capabilities_and_credentials() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let adapters = admin.get("/v1/provider-adapters").await.expect(200);
    let named = |name: &str| {
        adapters["data"]
            .as_array()
            .unwrap()
            .iter()
            .find(|adapter| adapter["adapter"] == name)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(
        (
            &named("simulator")["api_key_label"],
            &named("simulator")["can_top_up"]
        ),
        (&json!("API key"), &json!(true))
    );
    assert_eq!(
        (
            &named("super_sim")["uses_twilio_config"],
            &named("super_sim")["can_top_up"],
            &named("super_sim")["credentials"]
        ),
        (&json!(true), &json!(false), &json!([]))
    );
}

#[actix_web::test]
async fn provider_rejects_unknown_credentials() {
    let app = TestApp::start().await;
    let mut new = freedom();
    new["credentials"] = json!({ "colour": "blue" });
    app.as_admin()
        .post("/v1/providers", new)
        .await
        .rejects_field("credentials.colour");
}

#[actix_web::test]
async fn provider_address_change_requires_super_admin() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let path = provider(&admin).await;
    let change = json!({ "api_endpoint": "https://other.example" });
    admin
        .patch(&path, 1, change.clone())
        .await
        .problem(403, ProblemCode::Forbidden);
    let changed = app
        .as_role(UserRole::SuperAdmin)
        .patch(&path, 1, change)
        .await
        .expect(200);
    assert_eq!(changed["api_endpoint"], "https://other.example");
    assert_eq!(changed["api_key_last4"], "hown");
}

#[actix_web::test]
async fn loopback_address_is_for_development_only() {
    let app = TestApp::start().await;
    let mut new = freedom();
    new["api_endpoint"] = json!("http://127.0.0.1:4010/v2");
    let admin = app.as_admin();
    admin.post("/v1/providers", new.clone()).await.expect(201);
    let production = app.second_server(&super::simulated::PRODUCTION);
    new["adapter"] = json!("super_sim");
    new["api_key"] = json!("");
    production
        .as_user(admin.id())
        .post("/v1/providers", new)
        .await
        .rejects_field("api_endpoint");
}
