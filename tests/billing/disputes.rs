//! Disputes that Stripe reports: matched to a known payment, applied once, and never reopened by late events.

use super::stripe::{SECRET, ordered, signed};
use crate::harness::{Client, TestApp};
use serde_json::{Value, json};

fn dispute_event(id: &str, payment: &str, status: &str) -> Value {
    let kind = match status {
        "won" | "lost" => "closed",
        _ => "updated",
    };
    json!({ "id": id, "object": "event", "type": format!("charge.dispute.{kind}"), "data": { "object": {
        "id": "dp_test_1", "object": "dispute", "payment_intent": payment, "charge": "ch_1", "amount": 990, "currency": "usd",
        "reason": "product_not_received", "status": status, "evidence_details": { "due_by": 1_800_000_000, "has_evidence": false },
    } } })
}

/// Completes a payment through Stripe Checkout.
async fn paid() -> (TestApp, Client, String) {
    let (app, _, admin, placed) = ordered().await;
    let order = placed["id"].as_str().unwrap();
    let path = format!("/v1/transactions?order_id={order}");
    let payment = admin.get(&path).await.expect(200)["data"][0]["id"].clone();
    let reference = payment.as_str().unwrap().to_owned();
    let event = json!({ "id": "evt_1", "object": "event", "type": "checkout.session.completed", "data": { "object": {
        "id": "cs_test_1", "object": "checkout.session", "client_reference_id": reference, "payment_intent": "pi_test_1",
        "amount_total": 990, "currency": "usd", "payment_status": "paid",
    } } });
    assert_eq!(signed(&app, &event, SECRET).await.status, 204);
    (app, admin, reference)
}

#[actix_web::test]
async fn payment_shows_dispute_with_its_deadline() {
    let (app, admin, payment) = paid().await;
    let event = dispute_event("evt_2", "pi_test_1", "needs_response");
    assert_eq!(signed(&app, &event, SECRET).await.status, 204);
    assert_eq!(signed(&app, &event, SECRET).await.status, 204);

    let orders = admin.get("/v1/orders").await.expect(200);
    let order = &orders["data"][0];
    assert_eq!(order["dispute_state"], "needs_response");
    let steps = admin
        .timeline(&format!("/v1/orders/{}", order["id"].as_str().unwrap()))
        .await;
    assert!(steps.contains(&"Dispute opened".to_owned()), "{steps:?}");

    let listed = admin.get("/v1/disputes?state=needs_response").await;
    let listed = listed.expect(200);
    assert_eq!(listed["total"], 1);
    let dispute = &listed["data"][0];
    assert_eq!(dispute["transaction_id"], payment);
    assert_eq!(
        (&dispute["amount"], &dispute["reason"], &dispute["due_by"]),
        (
            &json!("9.90"),
            &json!("product_not_received"),
            &json!("2027-01-15T08:00:00Z")
        )
    );
    let shown = admin.get(&format!("/v1/transactions/{payment}")).await;
    assert_eq!(shown.expect(200)["dispute_state"], "needs_response");
}

#[actix_web::test]
async fn late_dispute_events_do_not_reopen_a_dispute() {
    let (app, admin, _) = paid().await;
    for (id, status) in [
        ("evt_2", "needs_response"),
        ("evt_3", "lost"),
        ("evt_4", "under_review"),
        ("evt_5", "won"),
    ] {
        let event = dispute_event(id, "pi_test_1", status);
        assert_eq!(signed(&app, &event, SECRET).await.status, 204, "{status}");
    }
    let listed = admin.get("/v1/disputes").await.expect(200);
    assert_eq!(listed["data"][0]["state"], "lost");
    assert_eq!(
        ["dispute.open", "dispute.update"].map(|action| app.count(&format!(
            "SELECT count(*) FROM audit_log WHERE action = '{action}'"
        ))),
        [1, 1]
    );
}

#[actix_web::test]
async fn dispute_of_unknown_payment_is_recorded_and_ignored() {
    let (app, admin, _) = paid().await;
    let event = dispute_event("evt_2", "pi_of_another_shop", "needs_response");
    assert_eq!(signed(&app, &event, SECRET).await.status, 204);
    assert_eq!(admin.get("/v1/disputes").await.expect(200)["total"], 0);
    assert_eq!(
        app.count("SELECT count(*) FROM webhook_receipts WHERE event_id = 'evt_2'"),
        1
    );
}

#[actix_web::test]
async fn dispute_evidence_lists_usage_and_its_download_is_logged() {
    let (app, admin, payment) = paid().await;
    app.run_all_jobs().await;
    let event = dispute_event("evt_2", "pi_test_1", "needs_response");
    assert_eq!(signed(&app, &event, SECRET).await.status, 204);
    let listed = admin.get("/v1/disputes").await.expect(200);
    let id = listed["data"][0]["id"].as_str().unwrap();
    let path = format!("/v1/disputes/{id}/evidence");

    let pdf = admin.get(&path).await;
    assert_eq!(
        (pdf.status, pdf.header("content-type")),
        (200, "application/pdf")
    );
    assert_eq!(
        pdf.header("content-disposition"),
        "attachment; filename=\"evidence-dp_test_1.pdf\""
    );
    assert!(pdf.bytes.starts_with(b"%PDF-"));
    assert_eq!(
        app.count("SELECT count(*) FROM pii_access_log WHERE subject_type = 'dispute' AND field = 'evidence'"),
        1
    );

    // Later usage adds lines to the evidence.
    app.execute(&format!(
        "INSERT INTO esim_data_usage (id, esim_id, used_bytes, period_start, period_end, recorded_at) \
         SELECT gen_random_uuid(), b.esim_id, n * 100000000, now(), now() + n * interval '1 day', now() + n * interval '1 hour' \
         FROM esim_bundles b JOIN transactions t ON t.order_id = b.order_id, generate_series(1, 5) n WHERE t.id = '{payment}'"
    ));
    assert_eq!(app.count("SELECT count(*) FROM esim_data_usage"), 5);
    let longer = admin.get(&path).await;
    assert!(longer.bytes.len() > pdf.bytes.len() + 200);
}
