//! Payment webhooks: repeated, late and out of order.

use super::purchase::{order, reload_order, simulate};
use crate::harness::TestApp;
use gateways::Simulator;
use reqwest::Method;
use serde_json::{Value, json};
use wire::{
    Currency, Param, ProblemCode, TransactionId, UserId, accounts::users::UserRole,
    billing::transactions::SimulatedOutcome,
};

struct Sale {
    app: TestApp,
    admin: crate::harness::Client,
    order: Value,
    payment: TransactionId,
}

async fn sale() -> Sale {
    let app = TestApp::start().await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        plan
    });
    let customer: UserId = app.given(|given| given.user(UserRole::Customer));
    let admin = app.as_admin();
    let order = order(&admin, plan, customer, 1).await;
    app.run_jobs().await;
    let payments = admin
        .get(&format!(
            "/v1/transactions?order_id={}",
            order["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let payment = TransactionId::parse(payments["data"][0]["id"].as_str().unwrap()).unwrap();
    Sale {
        app,
        admin,
        order,
        payment,
    }
}

impl Sale {
    /// Delivers a webhook with an outcome of the payment, and runs the jobs that follow.
    async fn report(&self, outcome: SimulatedOutcome) {
        let (signature, body) = self.webhook(outcome, "9.90");
        self.send_webhook(&signature, body).await.expect(204);
        self.app.run_all_jobs().await;
    }

    /// Returns a signed webhook of the simulator.
    fn webhook(&self, outcome: SimulatedOutcome, amount: &str) -> (String, Vec<u8>) {
        let simulator = Simulator::new(&self.app.ctx.config.jwt_secret).unwrap();
        simulator
            .signed_webhook(
                self.payment,
                outcome,
                &testkit::given::money(amount),
                Currency::Usd,
                self.app.ctx.clock.now(),
            )
            .unwrap()
    }
    async fn send_webhook(&self, signature: &str, body: Vec<u8>) -> crate::harness::Answer {
        self.app
            .anonymous()
            .with("simulator-signature", signature)
            .raw(
                Method::POST,
                "/v1/webhooks/simulator",
                "application/json",
                body,
            )
            .await
    }
    async fn status(&self) -> Value {
        reload_order(&self.admin, &self.order).await["status"].clone()
    }
}

#[actix_web::test]
async fn repeated_payment_event_applies_once() {
    let sale = sale().await;
    let (signature, body) = sale.webhook(SimulatedOutcome::Succeed, "9.90");
    for _ in 0..10 {
        sale.send_webhook(&signature, body.clone())
            .await
            .expect(204);
    }
    sale.app.run_all_jobs().await;
    assert_eq!(sale.status().await, "fulfilled");
    assert_eq!(
        sale.app
            .count("SELECT count(*) FROM webhook_receipts WHERE status = 'applied'"),
        1
    );
    assert_eq!(sale.app.count("SELECT count(*) FROM esim_bundles"), 1);
    assert_eq!(
        sale.app
            .count("SELECT count(*) FROM audit_log WHERE action = 'order.pay'"),
        1
    );
}

#[actix_web::test]
async fn payment_webhook_rejects_invalid_signatures() {
    let sale = sale().await;
    let (signature, body) = sale.webhook(SimulatedOutcome::Succeed, "9.90");
    let mut tampered = body.clone();
    tampered.push(b' ');
    for (signature, body) in [
        ("", &body),
        ("t=1,v1=00", &body),
        (signature.replace("v1", "v0").as_str(), &body),
        (signature.as_str(), &tampered),
    ] {
        sale.send_webhook(signature, body.clone())
            .await
            .problem(401, ProblemCode::BadSignature);
    }
    sale.app
        .anonymous()
        .with("stripe-signature", &signature)
        .raw(
            Method::POST,
            "/v1/webhooks/stripe",
            "application/json",
            body.clone(),
        )
        .await
        .problem(404, ProblemCode::NotFound);
    sale.app.run_all_jobs().await;
    assert_eq!(sale.status().await, "pending_payment");
    assert_eq!(
        sale.app.count(
            "SELECT sum(deliveries) AS count FROM webhook_receipts WHERE status = 'rejected'"
        ),
        4
    );
}

#[actix_web::test]
async fn wrong_amount_holds_the_order() {
    let sale = sale().await;
    let (signature, body) = sale.webhook(SimulatedOutcome::Succeed, "0.99");
    sale.send_webhook(&signature, body).await.expect(204);
    sale.app.run_all_jobs().await;
    let order = reload_order(&sale.admin, &sale.order).await;
    assert_eq!(order["status"], "needs_review");
    assert!(
        order["status_reason"]
            .as_str()
            .unwrap()
            .contains("9.90 USD was due"),
        "{order}"
    );
    assert_eq!(sale.app.count("SELECT count(*) FROM esim_bundles"), 0);
}

#[actix_web::test]
async fn success_after_a_decline_starts_the_order() {
    let sale = sale().await;
    simulate(
        &sale.app,
        &sale.admin,
        &sale.order,
        SimulatedOutcome::Decline,
    )
    .await;
    assert_eq!(sale.status().await, "cancelled");

    sale.report(SimulatedOutcome::Succeed).await;
    assert_eq!(sale.status().await, "fulfilled");
    assert_eq!(sale.app.count("SELECT count(*) FROM esim_bundles"), 1);
    assert_eq!(
        reload_order(&sale.admin, &sale.order).await["cancelled_at"],
        Value::Null
    );
    // A later decline or success changes nothing.
    for outcome in [SimulatedOutcome::Decline, SimulatedOutcome::Succeed] {
        sale.report(outcome).await;
        assert_eq!(sale.status().await, "fulfilled");
    }
    assert_eq!(sale.app.count("SELECT count(*) FROM esim_bundles"), 1);
}

#[actix_web::test]
async fn success_after_a_decline_needs_review_when_late_sold_out_or_cancelled() {
    for what in ["too late", "sold out", "cancelled by a person"] {
        let sale = sale().await;
        if what == "cancelled by a person" {
            let path = format!("/v1/orders/{}/cancel", sale.order["id"].as_str().unwrap());
            let why = json!({ "reason": "By mistake" });
            sale.admin.post(&path, why).await.expect(200);
        } else {
            simulate(
                &sale.app,
                &sale.admin,
                &sale.order,
                SimulatedOutcome::Decline,
            )
            .await;
        }
        match what {
            "too late" => {
                let late = chrono::Utc::now() + chrono::TimeDelta::hours(1);
                sale.app.ctx.clock.set(late);
            }
            "sold out" => {
                let plan = wire::Param::parse(sale.order["plan_id"].as_str().unwrap()).unwrap();
                let other = sale.app.given(|given| given.user(UserRole::Customer));
                order(&sale.admin, plan, other, 1).await;
            }
            _ => {}
        }
        sale.report(SimulatedOutcome::Succeed).await;
        assert_eq!(sale.status().await, "needs_review", "{what}");
        assert_eq!(sale.app.count("SELECT count(*) FROM esim_bundles"), 0);
        let cases = sale
            .admin
            .get("/v1/reconciliation?kind=paid_late&status=open")
            .await
            .expect(200);
        assert_eq!(cases["total"], 1, "{what}");
        if what == "too late" {
            let retry = format!("/v1/orders/{}/retry", sale.order["id"].as_str().unwrap());
            sale.admin.post(&retry, json!({})).await.expect(200);
            sale.app.run_all_jobs().await;
            assert_eq!(sale.status().await, "fulfilled");
        }
    }
}

#[actix_web::test]
async fn unpaid_order_expires_and_keeps_stock() {
    let sale = sale().await;
    sale.app
        .ctx
        .clock
        .set(chrono::Utc::now() + chrono::TimeDelta::hours(1));
    sale.app.given(|given| {
        use diesel::RunQueryDsl;
        diesel::sql_query("UPDATE jobs SET run_at = now() WHERE kind = 'orders.expire'")
            .execute(given.conn())
            .unwrap();
    });
    sale.app.run_jobs().await;
    assert_eq!(sale.status().await, "cancelled");
    assert_eq!(
        sale.app
            .count("SELECT count(*) FROM transactions WHERE status = 'cancelled'"),
        1
    );
    assert_eq!(
        sale.app
            .count("SELECT count(*) FROM esims WHERE user_id IS NULL"),
        1
    );
}

#[actix_web::test]
async fn only_unpaid_orders_can_be_cancelled() {
    let sale = sale().await;
    let path = format!("/v1/orders/{}/cancel", sale.order["id"].as_str().unwrap());
    sale.admin
        .post(&path, json!({ "reason": " " }))
        .await
        .rejects_field("reason");
    assert_eq!(
        sale.admin
            .post(&path, json!({ "reason": "By mistake" }))
            .await
            .expect(200)["status"],
        "cancelled"
    );
    sale.admin
        .post(&path, json!({ "reason": "Again" }))
        .await
        .problem(409, ProblemCode::WrongState);
}
