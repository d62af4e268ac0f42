//! F2, the top-up: more data on an existing eSIM, ordered from its provider and added once.

use super::purchase::{reload_order, simulate};
use crate::{billing::checkout::place, harness::TestApp};
use serde_json::{Value, json};
use wire::{
    EsimId, PlanId, ProblemCode, ProviderId, UserId, accounts::users::UserRole,
    billing::transactions::SimulatedOutcome,
};

pub(super) struct Sold {
    pub app: TestApp,
    pub admin: crate::harness::Client,
    customer: UserId,
    provider: ProviderId,
    plan: PlanId,
    pub esim: String,
}

/// A customer with an eSIM of a provider.
pub(super) async fn sold() -> Sold {
    let app = TestApp::start().await;
    let (provider, plan, customer) = app.given(|given| {
        let provider = given.provider("Simulated", 1);
        let plan = given.plan("9.90");
        given.offer(plan, provider, "eu-5gb");
        (provider, plan, given.user(UserRole::Customer))
    });
    let admin = app.as_admin();
    let order = super::purchase::order(&admin, plan, customer, 1).await;
    app.run_jobs().await;
    simulate(&app, &admin, &order, SimulatedOutcome::Succeed).await;
    let list = format!("/v1/esims?order_id={}", order["id"].as_str().unwrap());
    let esims = admin.get(&list).await.expect(200);
    let esim = esims["data"][0]["id"].as_str().unwrap().to_owned();
    Sold {
        app,
        admin,
        customer,
        provider,
        plan,
        esim,
    }
}

impl Sold {
    /// Writes a plan of the eSIM's provider, whose SKU selects the behaviour of the simulator.
    pub fn more(&self, sku: &str) -> PlanId {
        self.app.given(|given| {
            let plan = given.plan("4.90");
            given.offer(plan, self.provider, sku);
            plan
        })
    }
    fn order_body(&self, plan: PlanId) -> Value {
        json!({ "user_id": self.customer, "plan_id": plan, "kind": "topup", "esim_id": self.esim })
    }
    /// Orders a top-up and pays for it.
    pub async fn pay(&self, plan: PlanId) -> Value {
        let order = place(&self.admin, self.order_body(plan)).await.expect(201);
        self.app.run_jobs().await;
        simulate(&self.app, &self.admin, &order, SimulatedOutcome::Succeed).await;
        reload_order(&self.admin, &order).await
    }
    pub async fn esim(&self) -> Value {
        self.admin
            .get(&format!("/v1/esims/{}", self.esim))
            .await
            .expect(200)
    }
    pub fn bundles(&self, more: &str) -> i64 {
        let of = format!(
            "SELECT count(*) FROM esim_bundles WHERE esim_id = '{}' {more}",
            self.esim
        );
        self.app.count(&of)
    }
}

#[actix_web::test]
async fn top_up_adds_data_and_reactivates_the_esim() {
    let sold = sold().await;
    let plan = sold.more("eu-1gb");
    let (esim, then) = (&sold.esim, "2026-01-01T00:00:00Z");
    sold.app.execute(&format!(
        "UPDATE esims SET status = 'expired', activated_at = '2025-12-01', expires_at = '{then}' WHERE id = '{esim}'"
    ));

    let order = sold.pay(plan).await;
    assert_eq!(
        (&order["status"], &order["kind"]),
        (&json!("fulfilled"), &json!("topup"))
    );
    let esim = sold.esim().await;
    assert_eq!(
        (&esim["status"], &esim["plan_id"]),
        (&json!("active"), &json!(plan))
    );
    assert!(esim["expires_at"].as_str().unwrap() > then, "{esim}");
    assert_eq!(sold.bundles("AND status = 'active'"), 1);
    assert_eq!(sold.bundles(""), 2);
    let payments = sold
        .admin
        .get(&format!(
            "/v1/transactions?order_id={}",
            order["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(payments["data"][0]["esim_id"], json!(sold.esim));
    assert_eq!(
        sold.app.count("SELECT count(*) FROM esim_state_history WHERE source = 'order' AND from_status = 'expired' AND to_status = 'active'"),
        1
    );
    let emails = sold
        .admin
        .get(&format!(
            "/v1/notifications?order_id={}",
            order["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let subject = emails["data"][0]["subject"].as_str().unwrap();
    assert!(subject.contains("was added"), "{subject}");

    // The job runs twice: nothing is bought or added again.
    let id: wire::OrderId = wire::Param::parse(order["id"].as_str().unwrap()).unwrap();
    sold.app.execute(&format!(
        "UPDATE orders SET status = 'provisioning' WHERE id = '{id}'"
    ));
    sold.admin.get("/v1/orders").await.expect(200);
    sold.app.run_all_jobs().await;
    assert_eq!(sold.bundles(""), 2);
    assert!(
        sold.app
            .supplier
            .purchases()
            .values()
            .all(|times| *times == 1)
    );
    assert_eq!(sold.app.supplier.purchases().len(), 2);
}

#[actix_web::test]
async fn deferred_top_up_stays_pending() {
    let sold = sold().await;
    let plan = sold.more("later-1gb");
    let before = sold.esim().await;
    let order = sold.pay(plan).await;
    assert_eq!(order["status"], "fulfilled");
    let after = sold.esim().await;
    assert_eq!(
        (&after["status"], &after["expires_at"]),
        (&before["status"], &before["expires_at"])
    );
    assert_eq!(
        sold.bundles("AND status = 'queued' AND starts_at IS NULL"),
        2
    );
}

#[actix_web::test]
async fn lost_top_up_response_does_not_add_twice() {
    let sold = sold().await;
    let plan = sold.more("timeout-1gb");
    let order = sold.pay(plan).await;
    assert_eq!(order["status"], "fulfilled", "{order}");
    assert_eq!(sold.bundles(""), 2);
    assert!(
        sold.app
            .supplier
            .purchases()
            .values()
            .all(|times| *times == 1)
    );

    let refused = sold.more("refuse-1gb");
    let order = sold.pay(refused).await;
    assert_eq!(order["status"], "failed");
    assert_eq!(sold.bundles(""), 2);
}

#[actix_web::test]
async fn top_up_rejects_plans_that_cannot_be_added() {
    let sold = sold().await;
    let refused = async |change: Value, says: &str| {
        let order_body = crate::catalog::promotions::with(sold.order_body(sold.plan), change);
        let problem = place(&sold.admin, order_body)
            .await
            .problem(409, ProblemCode::WrongState);
        assert!(
            problem["detail"].as_str().unwrap().contains(says),
            "{problem}"
        );
    };
    let other_provider_plan = sold.app.given(|given| given.plan("4.90"));
    refused(json!({ "plan_id": other_provider_plan }), "does not offer").await;
    let far = sold.more("us-1gb");
    sold.app.execute(&format!(
        "UPDATE plans SET regions = '[\"US\"]' WHERE id = '{far}'"
    ));
    refused(json!({ "plan_id": far }), "none of the regions").await;
    let fixed = sold.more("fixed-1gb");
    sold.app.execute(&format!(
        "UPDATE plans SET topup_allowed = false WHERE id = '{fixed}'"
    ));
    refused(json!({ "plan_id": fixed }), "cannot be added").await;

    let stranger = sold.app.given(|given| given.user(UserRole::Customer));
    for (change, field) in [
        (json!({ "user_id": stranger }), "esim_id"),
        (json!({ "esim_id": EsimId::new() }), "esim_id"),
        (json!({ "esim_id": null }), "esim_id"),
        (json!({ "quantity": 2 }), "quantity"),
        (json!({ "kind": "new" }), "esim_id"),
    ] {
        let order_body = crate::catalog::promotions::with(sold.order_body(sold.plan), change);
        place(&sold.admin, order_body).await.rejects_field(field);
    }
    sold.app.execute(&format!(
        "UPDATE esims SET status = 'cancelled' WHERE id = '{}'",
        sold.esim
    ));
    refused(json!({}), "cancelled").await;
    assert_eq!(
        sold.app
            .count("SELECT count(*) FROM orders WHERE kind = 'topup'"),
        0
    );
}

#[actix_web::test]
async fn top_up_paid_after_the_esim_ended_needs_review() {
    let sold = sold().await;
    let plan = sold.more("eu-1gb");
    let order = place(&sold.admin, sold.order_body(plan)).await.expect(201);
    sold.app.run_jobs().await;
    sold.app.execute(&format!(
        "UPDATE esims SET status = 'cancelled' WHERE id = '{}'",
        sold.esim
    ));
    simulate(&sold.app, &sold.admin, &order, SimulatedOutcome::Succeed).await;
    let order = reload_order(&sold.admin, &order).await;
    assert_eq!(order["status"], "failed");
    assert_eq!(
        sold.app.supplier.purchases().len(),
        1,
        "nothing more was bought"
    );
}
