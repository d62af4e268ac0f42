//! F1.8: every provider has declined. The order fails, a job requests its refund, and a case shows what needs a person.

use super::purchase::{order, reload_order};
use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{PlanId, ProblemCode, accounts::users::UserRole};

struct Failing {
    app: TestApp,
    admin: Client,
    plan: PlanId,
    order: Value,
}

/// Pays for this many eSIMs of a plan that every provider declines, with this many in stock.
async fn declined_order(quantity: i32, in_stock: i32) -> Failing {
    let app = TestApp::with_env(&[("PAYMENT_SIMULATOR", "succeed")]).await;
    let (plan, customer) = app.given(|given| {
        let plan = given.plan("9.90");
        for (name, priority) in [("First", 1), ("Second", 2)] {
            let provider = given.provider(name, priority);
            given.offer(plan, provider, "refuse-eu");
        }
        for _ in 0..in_stock {
            given.stock(plan);
        }
        (plan, given.user(UserRole::Customer))
    });
    let admin = app.as_admin();
    let order = order(&admin, plan, customer, quantity).await;
    app.run_all_jobs().await;
    Failing {
        app,
        admin,
        plan,
        order,
    }
}

impl Failing {
    fn path(&self, rest: &str) -> String {
        format!("/v1/orders/{}{rest}", self.order["id"].as_str().unwrap())
    }
    async fn status(&self) -> Value {
        reload_order(&self.admin, &self.order).await["status"].clone()
    }
    async fn refunds(&self) -> Vec<Value> {
        let list = format!(
            "/v1/refunds?order_id={}",
            self.order["id"].as_str().unwrap()
        );
        let found = self.admin.get(&list).await.expect(200);
        found["data"].as_array().unwrap().clone()
    }
    async fn decide(&self, refund: &Value, verb: &str, body: Value) {
        let path = format!("/v1/refunds/{}/{verb}", refund["id"].as_str().unwrap());
        let tag = format!("\"v{}\"", refund["version"]);
        let admin = self.admin.with("if-match", &tag);
        admin.post(&path, body).await.expect(200);
    }
    async fn cases(&self) -> Vec<Value> {
        let list = "/v1/reconciliation?kind=paid_not_delivered&status=open,escalated";
        let found = self.admin.get(list).await.expect(200);
        found["data"].as_array().unwrap().clone()
    }
    /// Retries the order and returns the reason of the rejection.
    async fn retry_rejection(&self) -> String {
        let answer = self.admin.post(&self.path("/retry"), Value::Null).await;
        let problem = answer.problem(409, ProblemCode::WrongState);
        problem["detail"].as_str().unwrap().to_owned()
    }
}

#[actix_web::test]
async fn order_declined_by_every_provider_fails_and_requests_a_refund() {
    let failing = declined_order(2, 0).await;
    let order = reload_order(&failing.admin, &failing.order).await;
    assert_eq!(order["status"], "failed");
    let why = order["status_reason"].as_str().unwrap();
    assert!(
        why.starts_with("2 of 2") && why.contains("out of stock"),
        "{why}"
    );
    let failed = "SELECT count(*) FROM provisioning_jobs WHERE status = 'failed'";
    assert_eq!(failing.app.count(failed), 2);

    let requested = failing.refunds().await;
    assert_eq!(requested.len(), 1);
    assert_eq!(
        (
            &requested[0]["stage"],
            &requested[0]["amount"],
            &requested[0]["requested_by"]
        ),
        (&json!("requested"), &json!("19.80"), &Value::Null)
    );
    let cases = failing.cases().await;
    assert_eq!(cases.len(), 1);
    assert_eq!(cases[0]["order_id"], order["id"]);
    let found = failing
        .admin
        .post("/v1/reconciliation/check", Value::Null)
        .await;
    assert_eq!(
        found.expect(200),
        json!({ "opened": 0, "resolved": 0, "open": 1 }),
        "one case stays open"
    );
    // When the immediate case is missing, the check opens it.
    failing.app.execute("DELETE FROM reconciliation_cases");
    let found = failing
        .admin
        .post("/v1/reconciliation/check", Value::Null)
        .await;
    assert_eq!(found.expect(200)["opened"], 1);

    let steps = failing
        .admin
        .get(&failing.path("/timeline"))
        .await
        .expect(200);
    let steps = steps["data"].as_array().unwrap();
    let step = |what: &str, tone: &str| {
        steps
            .iter()
            .any(|step| step["what"] == what && step["tone"] == tone)
    };
    assert!(step("Order failed", "bad"), "{steps:?}");
    assert!(step("Refund requested", "waiting"), "{steps:?}");
}

#[actix_web::test]
async fn partly_delivered_order_needs_review() {
    let failing = declined_order(2, 1).await;
    assert_eq!(failing.status().await, "needs_review");
    assert!(
        failing.refunds().await.is_empty(),
        "a person decides the refunded amount"
    );
    assert_eq!(failing.cases().await.len(), 1);
}

#[actix_web::test]
async fn retried_order_is_delivered_and_not_refunded() {
    let failing = declined_order(1, 0).await;
    let plan = failing.plan;
    failing.app.given(|given| given.stock(plan));
    failing
        .admin
        .post(&failing.path("/retry"), Value::Null)
        .await
        .expect(200);
    assert_eq!(failing.refunds().await[0]["stage"], "rejected");
    failing.app.run_all_jobs().await;
    assert_eq!(failing.status().await, "fulfilled");
    assert!(failing.retry_rejection().await.contains("fulfilled"));
}

#[actix_web::test]
async fn retried_order_that_fails_again_requests_a_refund_again() {
    let failing = declined_order(1, 0).await;
    let path = failing.path("/retry");
    failing.admin.post(&path, Value::Null).await.expect(200);
    failing.app.run_all_jobs().await;
    assert_eq!(failing.status().await, "failed");
    let requested = failing.refunds().await;
    let open = requested
        .iter()
        .filter(|refund| refund["stage"] == "requested");
    assert_eq!((requested.len(), open.count()), (2, 1));
    assert_eq!(failing.cases().await.len(), 1);
}

#[actix_web::test]
async fn refunded_order_cannot_be_retried() {
    let failing = declined_order(1, 0).await;
    let requested = failing.refunds().await.remove(0);
    failing.decide(&requested, "approve", Value::Null).await;
    assert!(failing.retry_rejection().await.contains("being refunded"));
    failing.app.run_all_jobs().await;
    assert_eq!(failing.status().await, "cancelled");
    assert!(failing.retry_rejection().await.contains("cancelled"));

    // A refunded order is not delivered, whether its refund was cancelled or not.
    failing.app.execute("UPDATE orders SET status = 'failed'");
    assert!(failing.retry_rejection().await.contains("was refunded"));
}

#[actix_web::test]
async fn order_with_an_open_refund_cannot_be_retried() {
    let failing = declined_order(1, 0).await;
    let requested = failing.refunds().await.remove(0);
    let no = json!({ "reason": "Not yet" });
    failing.decide(&requested, "reject", no).await;
    let body =
        json!({ "transaction_id": requested["transaction_id"], "reason_code": "not_delivered" });
    failing
        .app
        .as_role(UserRole::Support)
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/refunds", body)
        .await
        .expect(201);
    assert!(
        failing
            .retry_rejection()
            .await
            .contains("A refund of the payment is requested")
    );
    assert_eq!(failing.status().await, "failed");
}
