//! Refunds: requested, approved, paid once, and the effects on the order.

mod approval;
mod cancelled;
mod clients;
mod fake_gateway;
mod idempotency;
mod second_person;
mod stripe;
mod visibility;

use crate::{
    flows::purchase::{order, simulate},
    harness::{Answer, Client, TestApp},
};
use fake_gateway::{FakeGateway, RefundReply};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;
use wire::{PlanId, UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome};

/// A sale that was paid and delivered.
pub struct Sale {
    pub app: TestApp,
    pub gateway: Arc<FakeGateway>,
    pub admin: Client,
    pub plan: PlanId,
    pub customer: UserId,
    pub order: Value,
    pub payment: String,
}

impl Sale {
    /// Sells a plan at this price, with a provider that has charged for it.
    pub async fn start(price: &str, replies: &[RefundReply]) -> Self {
        let gateway = FakeGateway::with_replies(replies);
        let app = TestApp::with_gateway(gateway.clone()).await;
        let (plan, customer) = app.given(|given| {
            let plan = given.plan(price);
            let provider = given.provider("Simulated", 1);
            given.offer(plan, provider, "eu-5gb");
            (plan, given.user(UserRole::Customer))
        });
        let admin = app.as_admin();
        let (order, payment) = sell(&app, &admin, plan, customer).await;
        Self {
            app,
            gateway,
            admin,
            plan,
            customer,
            order,
            payment,
        }
    }

    /// Sells the plan again, to another customer.
    pub async fn sell_again(&mut self) {
        self.customer = self.app.given(|given| given.user(UserRole::Customer));
        (self.order, self.payment) = sell(&self.app, &self.admin, self.plan, self.customer).await;
    }

    /// Requests a refund of the payment.
    pub async fn request_refund(&self, who: &Client, amount: Option<&str>) -> Answer {
        request_refund(who, &self.payment, amount).await
    }

    pub async fn refund(&self, id: &Value) -> Value {
        self.admin
            .get(&format!("/v1/refunds/{}", id.as_str().unwrap()))
            .await
            .expect(200)
    }

    pub async fn transaction(&self) -> Value {
        self.admin
            .get(&format!("/v1/transactions/{}", self.payment))
            .await
            .expect(200)
    }

    /// Posts an action on a refund with the version that was read.
    pub async fn run_action(
        &self,
        who: &Client,
        refund: &Value,
        verb: &str,
        body: Option<Value>,
    ) -> Answer {
        let path = format!("/v1/refunds/{}/{verb}", refund["id"].as_str().unwrap());
        let tag = format!("\"v{}\"", refund["version"]);
        who.with("if-match", &tag)
            .send(Method::POST, &path, body)
            .await
    }

    /// Delivers the webhook with the result of the last refund.
    pub async fn deliver_refund_event(&self, failed: Option<&str>) {
        let (signature, body) = self
            .gateway
            .refund_webhook(failed, self.app.ctx.clock.now());
        self.app
            .anonymous()
            .with("simulator-signature", &signature)
            .raw(
                Method::POST,
                "/v1/webhooks/simulator",
                "application/json",
                body,
            )
            .await
            .expect(204);
    }
}

/// Sells one eSIM and delivers it: returns the order and the id of its payment.
pub async fn sell(
    app: &TestApp,
    admin: &Client,
    plan: PlanId,
    customer: UserId,
) -> (Value, String) {
    let placed = order(admin, plan, customer, 1).await;
    app.run_jobs().await;
    simulate(app, admin, &placed, SimulatedOutcome::Succeed).await;
    let found = admin
        .get(&format!(
            "/v1/transactions?order_id={}",
            placed["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let payment = found["data"][0]["id"].as_str().unwrap().to_owned();
    (placed, payment)
}

/// Requests a refund with a new idempotency key.
pub async fn request_refund(who: &Client, payment: &str, amount: Option<&str>) -> Answer {
    let mut body = json!({ "transaction_id": payment, "reason_code": "not_working" });
    if let Some(amount) = amount {
        body["amount"] = json!(amount);
    }
    who.with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/refunds", body)
        .await
}
