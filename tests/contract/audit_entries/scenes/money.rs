//! Refunds and reconciliation cases.

use super::{super::Scenes, id};
use crate::{
    flows::purchase::{order, simulate},
    harness::{Client, TestApp},
};
use serde_json::{Value, json};
use wire::{PlanId, accounts::users::UserRole, billing::transactions::SimulatedOutcome};

/// Returns the payment of a paid order.
async fn paid(app: &TestApp, admin: &Client, plan: PlanId) -> String {
    let customer = app.given(|given| given.user(UserRole::Customer));
    let placed = order(admin, plan, customer, 1).await;
    app.run_jobs().await;
    simulate(app, admin, &placed, SimulatedOutcome::Succeed).await;
    let path = format!("/v1/transactions?order_id={}", id(&placed));
    let found = admin.get(&path).await.expect(200);
    id(&found["data"][0]).to_owned()
}

fn refund_body(payment: &str) -> Value {
    json!({ "transaction_id": payment, "reason_code": "goodwill", "amount": "1.00" })
}

/// Records operations on refunds and supplier claims.
pub async fn refunds(scenes: &mut Scenes<'_>) {
    let app = scenes.app;
    let (admin, other) = (app.as_admin(), app.as_admin());
    let plan = app.given(|given| {
        let plan = given.plan("250.00");
        let provider = given.provider("Refunding", 1);
        given.offer(plan, provider, "refunded-5gb");
        plan
    });
    let payment = paid(app, &admin, plan).await;
    let create = ("refunds_create", "");
    let acts = ["refund.request", "refund.approve"];
    let refund = scenes
        .run_operation(&admin, create, refund_body(&payment), &acts)
        .await;
    app.execute("UPDATE refunds SET status = 'failed', failure_reason = 'Refused', sent_at = NULL");
    let again = ("refunds_retry", id(&refund));
    scenes
        .run_operation(&admin, again, Value::Null, &["refund.retry"])
        .await;
    app.run_all_jobs().await;

    let all = json!({ "transaction_id": payment, "reason_code": "goodwill" });
    let refund = scenes
        .run_operation(&admin, create, all.clone(), &["refund.request"])
        .await;
    let no = ("refunds_reject", id(&refund));
    let why = json!({ "reason": "Used up" });
    scenes
        .run_operation(&other, no, why, &["refund.reject"])
        .await;
    let refund = scenes
        .run_operation(&admin, create, all, &["refund.request"])
        .await;
    let yes = ("refunds_approve", id(&refund));
    scenes
        .run_operation(&other, yes, Value::Null, &["refund.approve"])
        .await;
    app.run_all_jobs().await;

    let payment = paid(app, &admin, plan).await;
    let many = json!({ "action": "refund", "reason": "An outage", "ids": [payment] });
    scenes
        .run_operation(&admin, ("refunds_bulk", ""), many, &["refund.request"])
        .await;
    let found = admin
        .get(&format!("/v1/refunds?transaction_id={payment}"))
        .await
        .expect(200);
    let refund = found["data"][0].clone();
    let by_hand =
        format!("UPDATE transactions SET gateway_transaction_id = NULL WHERE id = '{payment}'");
    app.execute(&by_hand);
    let yes = ("refunds_approve", id(&refund));
    scenes
        .run_operation(&other, yes, Value::Null, &["refund.approve"])
        .await;
    let reference = json!({ "reference": "SEPA 0815" });
    let acts = [
        "refund.process",
        "esim.change_status",
        "supplier_claim.open",
        "case.open",
    ];
    scenes
        .run_operation(&admin, ("refunds_confirm", id(&refund)), reference, &acts)
        .await;
    app.run_all_jobs().await;

    let claims = admin
        .get("/v1/supplier-claims?state=open")
        .await
        .expect(200);
    let (one, two) = (&claims["data"][0], &claims["data"][1]);
    scenes
        .run_operation(
            &admin,
            ("supplier_claims_accept", id(one)),
            json!({}),
            &["supplier_claim.accept"],
        )
        .await;
    scenes
        .run_operation(
            &admin,
            ("supplier_claims_reject", id(two)),
            json!({}),
            &["supplier_claim.reject"],
        )
        .await;
}

/// Records operations on reconciliation cases.
pub async fn cases(scenes: &mut Scenes<'_>) {
    let app = scenes.app;
    let admin = app.as_admin();
    // No provider can deliver the order.
    let plan = app.given(|given| given.undeliverable_plan("9.90"));
    paid(app, &admin, plan).await;
    let found = admin
        .get("/v1/reconciliation?kind=paid_not_delivered&status=open")
        .await
        .expect(200);
    let case = id(&found["data"][0]).to_owned();
    let of = |verb: &'static str| (verb, case.as_str());
    scenes
        .run_without_body(&admin, of("reconciliation_claim"), &["case.claim"])
        .await;
    scenes
        .run_without_body(&admin, of("reconciliation_release"), &["case.release"])
        .await;
    scenes
        .run_without_body(&admin, of("reconciliation_claim"), &["case.claim"])
        .await;
    let why = json!({ "reason": "Not understood" });
    scenes
        .run_operation(
            &admin,
            of("reconciliation_escalate"),
            why,
            &["case.escalate"],
        )
        .await;
    scenes
        .run_without_body(&admin, of("reconciliation_claim"), &["case.claim"])
        .await;
    let how = json!({ "action": "settle_outside", "reason": "Paid by hand" });
    scenes
        .run_operation(&admin, of("reconciliation_resolve"), how, &["case.resolve"])
        .await;
    app.execute("DELETE FROM reconciliation_cases");
    app.execute("UPDATE transactions SET refunded_amount = 0 WHERE status = 'completed'");
    let request = "scene-reconciliation-check";
    let checked = admin
        .with("x-request-id", request)
        .post("/v1/reconciliation/check", Value::Null)
        .await
        .expect(200);
    let opened = usize::try_from(checked["opened"].as_i64().expect("a count")).expect("a count");
    let acts = [vec!["case.open"; opened], vec!["reconciliation.run"]].concat();
    scenes
        .check_entries("reconciliation_check", (request, &acts), &admin)
        .await;
}
