//! Money given back: asked for, decided, paid once, and what follows.

mod cancelled;
mod clients;
mod decided;
mod once;
mod second_person;
mod seen;
mod stripe;
mod till;

use crate::{
    flows::purchase::{order, simulate},
    harness::{Answer, Client, TestApp},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use till::{Till, Word};
use uuid::Uuid;
use wire::{PlanId, UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome};

/// A sale that was paid and delivered.
pub struct Sale {
    pub app: TestApp,
    pub till: Arc<Till>,
    pub admin: Client,
    pub plan: PlanId,
    pub customer: UserId,
    pub order: Value,
    pub payment: String,
}

impl Sale {
    /// Of a plan at this price, from a provider that has charged for it.
    pub async fn of(price: &str, words: &[Word]) -> Self {
        let till = Till::saying(words);
        let app = TestApp::paid_through(till.clone()).await;
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
            till,
            admin,
            plan,
            customer,
            order,
            payment,
        }
    }

    /// The same once more, to somebody else.
    pub async fn again(&mut self) {
        self.customer = self.app.given(|given| given.user(UserRole::Customer));
        (self.order, self.payment) = sell(&self.app, &self.admin, self.plan, self.customer).await;
    }

    /// Asks for a refund of the payment.
    pub async fn ask(&self, who: &Client, amount: Option<&str>) -> Answer {
        ask(who, &self.payment, amount).await
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

    /// Does something with a refund as it was read.
    pub async fn act(
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

    /// Lets the gateway tell what became of the last refund.
    pub async fn tell(&self, failed: Option<&str>) {
        let (signature, body) = self.till.tells(failed, self.app.ctx.clock.now());
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

/// Sells one and delivers it: the order, and its payment's id.
pub async fn sell(
    app: &TestApp,
    admin: &Client,
    plan: PlanId,
    customer: UserId,
) -> (Value, String) {
    let placed = order(admin, plan, customer, 1).await;
    app.work().await;
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

/// Asks for a refund, under a new key.
pub async fn ask(who: &Client, payment: &str, amount: Option<&str>) -> Answer {
    let mut body = json!({ "transaction_id": payment, "reason_code": "not_working" });
    if let Some(amount) = amount {
        body["amount"] = json!(amount);
    }
    who.with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/refunds", body)
        .await
}
