//! The choice of the provider, pauses, the circuit breaker, and requests that are asked or sent again.

use super::purchase::{order, reload_order};
use crate::harness::{Client, TestApp};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use std::time::Duration;
use suppliers::{Refusal, SupplierError, simulator::Fault};
use wire::{PlanId, ProviderId, accounts::users::UserRole};

struct Shop {
    app: TestApp,
    admin: Client,
    plan: PlanId,
    providers: Vec<ProviderId>,
    start: chrono::DateTime<Utc>,
}

impl Shop {
    /// Opens a shop with a plan that is offered under these SKUs, each by a provider of its own, in this order.
    async fn open(skus: &[&str]) -> Self {
        let app = TestApp::with_env(&[("PAYMENT_SIMULATOR", "succeed")]).await;
        let (plan, providers) = app.given(|given| {
            let plan = given.plan("9.90");
            let mut providers = Vec::new();
            for (number, sku) in skus.iter().enumerate() {
                let priority = i32::try_from(number).unwrap() + 1;
                let provider = given.provider(&format!("Provider {number}"), priority);
                given.offer(plan, provider, sku);
                providers.push(provider);
            }
            (plan, providers)
        });
        let admin = app.as_admin();
        Self {
            app,
            admin,
            plan,
            providers,
            start: Utc::now(),
        }
    }

    async fn buy(&self) -> Value {
        let customer = self.app.given(|given| given.user(UserRole::Customer));
        order(&self.admin, self.plan, customer, 1).await
    }

    async fn status(&self, order: &Value) -> Value {
        reload_order(&self.admin, order).await["status"].clone()
    }

    /// Sets the clock to so many seconds after the start, and runs every job.
    async fn run_at(&self, seconds: i64) {
        self.app
            .ctx
            .clock
            .set(self.start + TimeDelta::seconds(seconds));
        self.app.make_jobs_due();
        self.app.run_jobs().await;
    }

    fn fail(&self, error: SupplierError, is_registered: bool) {
        self.app.supplier.set_fault(Some(Fault {
            error,
            is_registered,
            delay: Duration::ZERO,
        }));
    }

    fn repair(&self) {
        self.app.supplier.set_fault(None);
    }

    async fn health(&self, number: usize) -> Value {
        let path = format!("/v1/providers/{}/health", self.providers[number]);
        self.admin.get(&path).await.expect(200)
    }

    fn is_bought_once(&self) -> bool {
        let mut counts = self.app.supplier.purchases().into_values();
        counts.next() == Some(1) && counts.next().is_none()
    }
}

#[actix_web::test]
async fn dry_run_states_why_each_offer_can_or_cannot_supply() {
    let shop = Shop::open(&["eu-a", "eu-b", "eu-c"]).await;
    let path = format!("/v1/plans/{}/routing", shop.plan);
    let decision = shop.admin.get(&path).await.expect(200);
    assert_eq!(decision["candidates"][0]["reason"], "eligible");
    assert_eq!(
        decision["chosen_offer_id"],
        decision["candidates"][0]["offer_id"]
    );
    let pause = format!("/v1/providers/{}/pause", shop.providers[0]);
    shop.admin
        .post(&pause, json!({ "reason": "Maintenance" }))
        .await
        .expect(200);
    shop.app
        .execute("UPDATE plan_provider_offers SET stock = 0 WHERE sku = 'eu-b'");
    let decision = shop.admin.get(&path).await.expect(200);
    let reasons: Vec<_> = decision["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|candidate| candidate["reason"].clone())
        .collect();
    assert_eq!(reasons, ["provider_paused", "out_of_stock", "eligible"]);
    assert_eq!(
        decision["chosen_offer_id"],
        decision["candidates"][2]["offer_id"]
    );
    assert!(shop.app.supplier.purchases().is_empty());
}

#[actix_web::test]
async fn decision_is_stored_with_the_request() {
    let shop = Shop::open(&["refuse-a", "eu-b"]).await;
    shop.buy().await;
    shop.app.run_all_jobs().await;
    let list = shop.admin.get("/v1/provisioning").await.expect(200);
    let second = &list["data"][0]["attempts"][1]["routing"];
    assert_eq!(second["candidates"][0]["reason"], "refused");
    assert_eq!(
        second["chosen_offer_id"],
        second["candidates"][1]["offer_id"]
    );
}

#[actix_web::test]
async fn order_waits_for_a_paused_provider() {
    let shop = Shop::open(&["eu-a"]).await;
    let provider = shop.providers[0];
    let pause = format!("/v1/providers/{provider}/pause");
    let reason = json!({ "reason": "Maintenance" });
    shop.admin.post(&pause, reason.clone()).await.expect(200);
    shop.admin.post(&pause, reason).await.expect(409);
    let order = shop.buy().await;
    shop.run_at(0).await;
    shop.run_at(40).await;
    assert_eq!(shop.status(&order).await, "provisioning");
    assert!(shop.app.supplier.purchases().is_empty());
    let waiting = shop
        .admin
        .get("/v1/provisioning?status=waiting")
        .await
        .expect(200);
    assert_eq!(
        waiting["data"][0]["routing"]["candidates"][0]["reason"],
        "provider_paused"
    );
    let resume = format!("/v1/providers/{provider}/resume");
    shop.admin.post(&resume, json!({})).await.expect(200);
    shop.run_at(80).await;
    assert_eq!(shop.status(&order).await, "fulfilled");
}

#[actix_web::test]
async fn paused_provider_is_still_asked_about_open_requests() {
    let shop = Shop::open(&["timeout-a"]).await;
    let order = shop.buy().await;
    shop.app.run_jobs().await;
    let pause = format!("/v1/providers/{}/pause", shop.providers[0]);
    shop.admin
        .post(&pause, json!({ "reason": "Maintenance" }))
        .await
        .expect(200);
    shop.run_at(10).await;
    assert_eq!(shop.status(&order).await, "fulfilled");
    assert!(shop.is_bought_once());
}

#[actix_web::test]
async fn slow_purchase_is_not_bought_twice() {
    let shop = Shop::open(&["eu-a", "eu-b"]).await;
    shop.fail(SupplierError::unknown("connection reset"), false);
    let order = shop.buy().await;
    shop.app.run_jobs().await;
    shop.repair();
    // The provider does not know the request yet; then it registers it.
    shop.run_at(15).await;
    assert_eq!(shop.status(&order).await, "provisioning");
    shop.app.given(|_| ());
    let reference = shop.admin.get("/v1/provisioning").await.expect(200)["data"][0]["attempts"][0]
        ["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    shop.app.supplier.register(&reference, "eu-a").unwrap();
    shop.run_at(50).await;
    assert_eq!(shop.status(&order).await, "fulfilled");
    assert!(shop.is_bought_once());
}

#[actix_web::test]
async fn pending_delivery_is_asked_again_and_bought_once() {
    let shop = Shop::open(&["pending-a", "eu-b"]).await;
    let order = shop.buy().await;
    shop.app.run_jobs().await;
    let shown = shop.admin.get("/v1/provisioning").await.expect(200);
    let attempt = &shown["data"][0]["attempts"][0];
    assert_eq!(attempt["status"], "unknown");
    assert!(attempt["provider_order_ref"].is_string(), "{attempt}");
    for seconds in [6, 12, 18] {
        shop.run_at(seconds).await;
    }
    assert_eq!(shop.status(&order).await, "fulfilled");
    assert!(shop.is_bought_once());
}

#[actix_web::test]
async fn rate_limited_request_is_sent_again_with_its_reference() {
    let shop = Shop::open(&["eu-a", "eu-b"]).await;
    let retry_after = TimeDelta::seconds(20);
    shop.fail(SupplierError::RateLimited { retry_after }, false);
    let order = shop.buy().await;
    shop.app.run_jobs().await;
    shop.repair();
    shop.run_at(10).await;
    assert!(shop.app.supplier.purchases().is_empty());
    shop.run_at(30).await;
    assert_eq!(shop.status(&order).await, "fulfilled");
    assert!(shop.is_bought_once());
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM provisioning_attempts WHERE sends = 2"),
        1
    );
}

#[actix_web::test]
async fn rejected_credentials_pause_the_provider_and_open_one_case() {
    let shop = Shop::open(&["eu-a"]).await;
    let message = "invalid key".to_owned();
    shop.fail(SupplierError::Unauthorized { message }, false);
    let orders = [shop.buy().await, shop.buy().await];
    shop.app.run_jobs().await;
    let health = shop.health(0).await;
    assert!(health["pause_reason"].is_string(), "{health}");
    let cases = "/v1/reconciliation?kind=provider_attention";
    assert_eq!(shop.admin.get(cases).await.expect(200)["total"], 1);
    for order in &orders {
        assert_eq!(shop.status(order).await, "provisioning");
    }
    assert!(shop.app.supplier.purchases().is_empty());
}

#[actix_web::test]
async fn circuit_opens_and_one_probe_closes_it() {
    let shop = Shop::open(&["eu-a"]).await;
    let unreachable = SupplierError::refused(Refusal::Unreachable, "no connection");
    shop.fail(unreachable, false);
    for _ in 0..5 {
        shop.buy().await;
        shop.app.run_jobs().await;
    }
    let health = shop.health(0).await;
    assert_eq!(health["circuit"], "open", "{health}");
    assert_eq!(health["failures"], 5);
    let order = shop.buy().await;
    shop.app.run_jobs().await;
    assert_eq!(shop.status(&order).await, "provisioning");
    assert_eq!(shop.health(0).await["failures"], 5, "no order is sent");
    shop.repair();
    shop.run_at(70).await;
    assert_eq!(shop.status(&order).await, "fulfilled");
    let health = shop.health(0).await;
    assert_eq!(health["circuit"], "closed");
    assert!(health["recovered_at"].is_string());
}

#[actix_web::test]
async fn late_delivery_becomes_stock_and_a_case() {
    let shop = Shop::open(&["eu-a", "eu-b"]).await;
    shop.fail(SupplierError::unknown("connection reset"), false);
    let order = shop.buy().await;
    shop.app.run_jobs().await;
    shop.repair();
    for seconds in [15, 50] {
        shop.run_at(seconds).await;
    }
    assert_eq!(shop.status(&order).await, "fulfilled");
    let reference = shop.admin.get("/v1/provisioning").await.expect(200)["data"][0]["attempts"][0]
        ["reference"]
        .as_str()
        .unwrap()
        .to_owned();
    shop.app.supplier.register(&reference, "eu-a").unwrap();
    shop.app
        .ctx
        .clock
        .set(shop.start + TimeDelta::seconds(3_700));
    shop.app
        .ctx
        .db
        .write(|tx| platform::jobs::enqueue(tx, &billing::checkout::SweepOrders {}))
        .await
        .unwrap();
    shop.app.run_jobs().await;
    let stock = "SELECT count(*) FROM esims WHERE status = 'available' AND user_id IS NULL";
    assert_eq!(shop.app.count(stock), 1);
    let cases = "/v1/reconciliation?kind=surplus_esim";
    assert_eq!(shop.admin.get(cases).await.expect(200)["total"], 1);
}

#[actix_web::test]
async fn data_pool_is_reserved_and_returned() {
    let shop = Shop::open(&["refuse-a", "eu-b"]).await;
    shop.app.execute("UPDATE plans SET data_limit_mb = 5000");
    shop.app
        .execute("UPDATE data_providers SET available_data_gb = 8");
    let first = shop.buy().await;
    shop.app.run_all_jobs().await;
    assert_eq!(shop.status(&first).await, "fulfilled");
    let left = "SELECT (sum(available_data_gb) FILTER (WHERE name = 'Provider 0') * 100 + sum(available_data_gb) FILTER (WHERE name = 'Provider 1'))::bigint AS count FROM data_providers";
    assert_eq!(
        shop.app.count(left),
        803,
        "returned by the first, taken from the second"
    );
    let second = shop.buy().await;
    shop.app.run_all_jobs().await;
    assert_eq!(shop.status(&second).await, "failed", "3 GB are not enough");
}

#[actix_web::test]
async fn allocations_show_cost_and_usage() {
    let shop = Shop::open(&["eu-a"]).await;
    let order = shop.buy().await;
    shop.app.run_all_jobs().await;
    shop.app
        .execute("UPDATE esim_bundles SET used_bytes = 250000000");
    let path = format!("/v1/allocations?order_id={}", order["id"].as_str().unwrap());
    let list = shop.admin.get(&path).await.expect(200);
    let first = &list["data"][0];
    assert_eq!(list["total"], 1);
    assert_eq!(
        [&first["cost"], &first["used_mb"], &first["provider_name"]],
        ["2.00", "250.00", "Provider 0"]
    );
    assert_eq!(first["order_id"], order["id"]);
}

#[actix_web::test]
async fn failed_unit_is_retried() {
    let shop = Shop::open(&["refuse-a"]).await;
    let order = shop.buy().await;
    shop.app.run_all_jobs().await;
    assert_eq!(shop.status(&order).await, "failed");
    shop.app
        .execute("UPDATE plan_provider_offers SET sku = 'eu-a'");
    let unit = shop.admin.get("/v1/provisioning").await.expect(200)["data"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/provisioning/{unit}/retry");
    let retried = shop.admin.post(&path, json!({})).await.expect(200);
    assert_eq!(retried["status"], "queued");
    shop.app.run_all_jobs().await;
    assert_eq!(shop.status(&order).await, "fulfilled");
    shop.admin.post(&path, json!({})).await.expect(409);
}

#[actix_web::test]
async fn impact_names_plans_without_another_provider() {
    let shop = Shop::open(&["eu-a", "eu-b"]).await;
    let path = format!("/v1/providers/{}/impact", shop.providers[0]);
    let impact = shop.admin.get(&path).await.expect(200);
    assert_eq!([&impact["plans"], &impact["lost_plans"]], [1, 0]);
    shop.app
        .execute("UPDATE data_providers SET is_active = false WHERE name = 'Provider 1'");
    let impact = shop.admin.get(&path).await.expect(200);
    assert_eq!([&impact["plans"], &impact["lost_plans"]], [1, 1]);
    assert_eq!(impact["impacted"][0]["plan_id"], json!(shop.plan));
}

/// Failures of a provider, each until it is repaired: one eSIM is bought and delivered, without intervention.
#[actix_web::test]
async fn fault_never_buys_twice_and_ends_by_itself() {
    for (name, error, is_registered) in [
        (
            "refused connection",
            SupplierError::refused(Refusal::Unreachable, "no connection"),
            false,
        ),
        ("reset", SupplierError::unknown("connection reset"), false),
        (
            "swallowed answer",
            SupplierError::unknown("no response in time"),
            true,
        ),
        ("server error", SupplierError::unknown("500"), false),
        (
            "garbage",
            SupplierError::unknown("the response cannot be read"),
            true,
        ),
        (
            "maintenance",
            SupplierError::refused(Refusal::Maintenance, "maintenance"),
            false,
        ),
    ] {
        let shop = Shop::open(&["eu-a"]).await;
        shop.fail(error, is_registered);
        let order = shop.buy().await;
        for seconds in [0, 12, 45] {
            shop.run_at(seconds).await;
        }
        shop.repair();
        for seconds in [60, 95, 130, 165] {
            shop.run_at(seconds).await;
        }
        assert_eq!(shop.status(&order).await, "fulfilled", "{name}");
        assert!(shop.is_bought_once(), "{name}");
    }
}
