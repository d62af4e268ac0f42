//! F1.8: every provider has refused. The order has failed, its money is asked back by itself, and nothing rests unseen.

use super::purchase::{order, reread};
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

/// So many eSIMs, paid, of a plan that every provider refuses; this many are in stock.
async fn refused(quantity: i32, in_stock: i32) -> Failing {
    let app = TestApp::with(&[("PAYMENT_SIMULATOR", "succeed")]).await;
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
    app.work_through().await;
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
        reread(&self.admin, &self.order).await["status"].clone()
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
    /// Tries to take it up again; why that is refused.
    async fn refuses_retry(&self) -> String {
        let answer = self.admin.post(&self.path("/retry"), Value::Null).await;
        let problem = answer.problem(409, ProblemCode::WrongState);
        problem["detail"].as_str().unwrap().to_owned()
    }
}

#[actix_web::test]
async fn refused_by_everybody_it_has_failed_and_its_money_is_asked_back() {
    let failing = refused(2, 0).await;
    let order = reread(&failing.admin, &failing.order).await;
    assert_eq!(order["status"], "failed");
    let why = order["status_reason"].as_str().unwrap();
    assert!(
        why.starts_with("2 of 2") && why.contains("out of stock"),
        "{why}"
    );
    let failed = "SELECT count(*) FROM provisioning_jobs WHERE status = 'failed'";
    assert_eq!(failing.app.count(failed), 2);

    let asked = failing.refunds().await;
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (
            &asked[0]["stage"],
            &asked[0]["amount"],
            &asked[0]["requested_by"]
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
        "the case stays, and is one"
    );
    // Without the case of the moment, the check finds it.
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
    assert!(step("failed", "bad"), "{steps:?}");
    assert!(step("refund requested", "waiting"), "{steps:?}");
}

#[actix_web::test]
async fn what_was_delivered_in_part_waits_for_a_person() {
    let failing = refused(2, 1).await;
    assert_eq!(failing.status().await, "needs_review");
    assert!(
        failing.refunds().await.is_empty(),
        "how much is a person's word"
    );
    assert_eq!(failing.cases().await.len(), 1);
}

#[actix_web::test]
async fn taken_up_again_it_is_delivered_and_nothing_is_given_back() {
    let failing = refused(1, 0).await;
    let plan = failing.plan;
    failing.app.given(|given| given.stock(plan));
    failing
        .admin
        .post(&failing.path("/retry"), Value::Null)
        .await
        .expect(200);
    assert_eq!(failing.refunds().await[0]["stage"], "rejected");
    failing.app.work_through().await;
    assert_eq!(failing.status().await, "fulfilled");
    assert!(failing.refuses_retry().await.contains("fulfilled"));
}

#[actix_web::test]
async fn taken_up_again_in_vain_it_fails_again_and_its_money_is_asked_back_again() {
    let failing = refused(1, 0).await;
    let path = failing.path("/retry");
    failing.admin.post(&path, Value::Null).await.expect(200);
    failing.app.work_through().await;
    assert_eq!(failing.status().await, "failed");
    let asked = failing.refunds().await;
    let open = asked.iter().filter(|refund| refund["stage"] == "requested");
    assert_eq!((asked.len(), open.count()), (2, 1));
    assert_eq!(failing.cases().await.len(), 1);
}

#[actix_web::test]
async fn what_is_given_back_is_not_taken_up_again() {
    let failing = refused(1, 0).await;
    let asked = failing.refunds().await.remove(0);
    failing.decide(&asked, "approve", Value::Null).await;
    assert!(failing.refuses_retry().await.contains("being given back"));
    failing.app.work_through().await;
    assert_eq!(failing.status().await, "cancelled");
    assert!(failing.refuses_retry().await.contains("cancelled"));

    // Called off or not: what was paid back is not delivered.
    failing.app.execute("UPDATE orders SET status = 'failed'");
    assert!(failing.refuses_retry().await.contains("was given back"));
}

#[actix_web::test]
async fn while_somebody_asks_for_its_money_it_is_not_taken_up_again() {
    let failing = refused(1, 0).await;
    let asked = failing.refunds().await.remove(0);
    let no = json!({ "reason": "Not yet" });
    failing.decide(&asked, "reject", no).await;
    let wish = json!({ "transaction_id": asked["transaction_id"], "reason_code": "not_delivered" });
    failing
        .app
        .as_role(UserRole::Support)
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/refunds", wish)
        .await
        .expect(201);
    assert!(failing.refuses_retry().await.contains("Somebody has asked"));
    assert_eq!(failing.status().await, "failed");
}
