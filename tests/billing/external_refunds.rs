//! External refunds, which were made at the gateway: detected, opened as one case, and booked.

use super::{
    checkout::Shop,
    webhooks::{STRIPE, intent, open_payment, signed},
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::ProblemCode;

/// Sells through Stripe: returns the shop and the id of the payment.
async fn paid() -> (Shop, String) {
    let shop = Shop::open("9.90", &STRIPE).await;
    let (_, payment) = open_payment(&shop).await;
    let event = intent("evt_paid", "payment_intent.succeeded", &payment, json!({}));
    signed(&shop, &event).await.expect(204);
    shop.app.run_all_jobs().await;
    (shop, payment)
}

/// Delivers the webhook of a refund that was made in the Stripe dashboard.
async fn deliver_refund_event(
    shop: &Shop,
    payment: &str,
    (event, status): (&str, &str),
    minor: i64,
) {
    let object = json!({
        "id": "re_dashboard", "object": "refund", "amount": minor, "currency": "usd", "status": status, "metadata": {},
        "payment_intent": format!("pi_{payment}"), "failure_reason": "expired_or_canceled_card",
    });
    let event = json!({ "id": event, "object": "event", "type": "refund.updated", "data": { "object": object } });
    signed(shop, &event).await.expect(204);
}

async fn cases(shop: &Shop) -> Vec<Value> {
    let list = "/v1/reconciliation?kind=foreign_refund";
    let found = shop.admin.get(list).await.expect(200);
    found["data"].as_array().unwrap().clone()
}

async fn run_action(
    shop: &Shop,
    case: &Value,
    verb: &str,
    body: Option<Value>,
) -> crate::harness::Answer {
    let path = format!("/v1/reconciliation/{}/{verb}", case["id"].as_str().unwrap());
    let tag = format!("\"v{}\"", case["version"]);
    let admin = shop.admin.with("if-match", &tag);
    admin.send(Method::POST, &path, body).await
}

fn book() -> Option<Value> {
    Some(json!({ "action": "book_refund", "reason": "Seen at Stripe" }))
}

async fn transaction(shop: &Shop, payment: &str) -> Value {
    let path = format!("/v1/transactions/{payment}");
    shop.admin.get(&path).await.expect(200)
}

#[actix_web::test]
async fn external_refund_opens_one_case_and_is_booked_once() {
    let (shop, payment) = paid().await;
    deliver_refund_event(&shop, &payment, ("evt_1", "pending"), 400).await;
    assert!(cases(&shop).await.is_empty(), "no refund has completed yet");
    for event in ["evt_2", "evt_2", "evt_3"] {
        deliver_refund_event(&shop, &payment, (event, "succeeded"), 400).await;
    }
    let found = cases(&shop).await;
    assert_eq!(found.len(), 1, "a repeated event keeps the case");
    let case = &found[0];
    assert_eq!(
        (
            &case["transaction_id"],
            &case["gateway_refund_id"],
            &case["amount"],
            &case["currency"],
            &case["actions"]
        ),
        (
            &json!(payment),
            &json!("re_dashboard"),
            &json!("4.00"),
            &json!("USD"),
            &json!(["book_refund", "settle_outside"])
        )
    );
    let kept = format!(
        "SELECT count(*) FROM webhook_receipts WHERE transaction_id = '{payment}' AND event_type = 'refund.updated'"
    );
    assert_eq!(shop.app.count(&kept), 3, "every receipt is kept");
    let check = shop
        .admin
        .post("/v1/reconciliation/check", Value::Null)
        .await;
    assert_eq!(
        check.expect(200),
        json!({ "opened": 0, "resolved": 0, "open": 1 }),
        "a check does not resolve it"
    );

    let mine = run_action(&shop, case, "claim", None).await.expect(200);
    let done = run_action(&shop, &mine, "resolve", book())
        .await
        .expect(200);
    assert_eq!(done["status"], "resolved");
    shop.app.run_all_jobs().await;
    let after = transaction(&shop, &payment).await;
    assert_eq!(
        (&after["status"], &after["refunded_amount"]),
        (&json!("completed"), &json!("4.00"))
    );
    let list = format!("/v1/refunds?transaction_id={payment}");
    let refunds = shop.admin.get(&list).await.expect(200);
    let refund = &refunds["data"][0];
    assert_eq!(
        (
            &refunds["total"],
            &refund["stage"],
            &refund["gateway_refund_id"],
            &refund["amount"]
        ),
        (
            &json!(1),
            &json!("processed"),
            &json!("re_dashboard"),
            &json!("4.00")
        )
    );
    assert_eq!(done["refund_id"], refund["id"]);
    let notes = "SELECT count(*) FROM credit_notes";
    assert_eq!(shop.app.count(notes), 1, "with its credit note");

    // A repeated event and another check open no case.
    deliver_refund_event(&shop, &payment, ("evt_4", "succeeded"), 400).await;
    let check = shop
        .admin
        .post("/v1/reconciliation/check", Value::Null)
        .await;
    assert_eq!(check.expect(200)["open"], 0);
    assert_eq!(cases(&shop).await.len(), 1);
}

#[actix_web::test]
async fn external_refund_rejects_excess_and_open_refunds() {
    let (shop, payment) = paid().await;
    deliver_refund_event(&shop, &payment, ("evt_1", "succeeded"), 991).await;
    let case = cases(&shop).await.remove(0);
    let mine = run_action(&shop, &case, "claim", None).await.expect(200);
    run_action(&shop, &mine, "resolve", book())
        .await
        .problem(409, ProblemCode::Conflict);

    shop.app
        .execute("UPDATE reconciliation_cases SET amount = 8.90");
    let body = json!({ "transaction_id": payment, "reason_code": "goodwill", "amount": "1.00" });
    shop.app
        .as_role(wire::accounts::users::UserRole::Support)
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/refunds", body)
        .await
        .expect(201);
    run_action(&shop, &mine, "resolve", book())
        .await
        .problem(409, ProblemCode::Conflict);
    shop.app
        .execute("UPDATE refunds SET status = 'failed', approval_state = 'rejected'");
    shop.app
        .execute("UPDATE reconciliation_cases SET amount = 9.90");
    run_action(&shop, &mine, "resolve", book())
        .await
        .expect(200);
    shop.app.run_all_jobs().await;
    assert_eq!(transaction(&shop, &payment).await["status"], "refunded");
}

#[actix_web::test]
async fn reversed_external_refund_closes_its_case() {
    let (shop, payment) = paid().await;
    deliver_refund_event(&shop, &payment, ("evt_1", "succeeded"), 400).await;
    deliver_refund_event(&shop, &payment, ("evt_2", "failed"), 400).await;
    assert_eq!(cases(&shop).await[0]["status"], "resolved");
    let strange = Uuid::new_v4().to_string();
    deliver_refund_event(&shop, &strange, ("evt_3", "succeeded"), 400).await;
    assert_eq!(cases(&shop).await.len(), 1, "another shop's payment");
    assert_eq!(
        transaction(&shop, &payment).await["refunded_amount"],
        "0.00"
    );
}
