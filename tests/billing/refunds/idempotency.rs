//! Repeated and concurrent refund requests, which must not pay twice.

use super::{RefundReply, Sale, request_refund, sell};
use crate::harness::drill::iterations;
use futures_util::future::join_all;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn concurrent_full_refunds_pay_once() {
    let mut sale = Sale::start("9.90", &[]).await;
    sale.app.given(testkit::Given::raise_approval_limit);
    for round in 1..=iterations(2, 20) {
        let answers = join_all((0..100).map(|_| sale.request_refund(&sale.admin, None))).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1, "round {round}");
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer.status, 201 | 409))
        );
        sale.app.run_all_jobs().await;
        assert_eq!(
            sale.gateway.requests.lock().unwrap().len(),
            round,
            "the gateway is called once for each refund"
        );
        let refunds = sale.app.count("SELECT count(*) FROM refunds");
        assert_eq!(usize::try_from(refunds), Ok(round));
        let paid = sale.transaction().await;
        assert_eq!(
            (&paid["status"], &paid["refunded_amount"]),
            (&json!("refunded"), &json!("9.90"))
        );
        sale.request_refund(&sale.admin, None)
            .await
            .problem(409, ProblemCode::WrongState);
        sale.sell_again().await;
    }
}

#[actix_web::test]
async fn concurrent_partial_refunds_never_exceed_the_payment() {
    let mut sale = Sale::start("10.00", &[]).await;
    sale.app.given(testkit::Given::raise_approval_limit);
    for payment in 1..=iterations(2, 20) {
        if payment > 1 {
            sale.sell_again().await;
        }
        for round in 0..5 {
            let answers =
                join_all((0..10).map(|_| sale.request_refund(&sale.admin, Some("3.00")))).await;
            let made = answers.iter().filter(|answer| answer.status == 201).count();
            assert_eq!(made, usize::from(round < 3), "round {round}");
            sale.app.run_all_jobs().await;
        }
        assert_eq!(sale.gateway.requests.lock().unwrap().len(), 3 * payment);
        let paid = sale.gateway.paid.lock().unwrap().values().sum::<i64>();
        assert_eq!(paid, 900 * i64::try_from(payment).unwrap());
    }
    let paid = sale.transaction().await;
    assert_eq!(
        (&paid["status"], &paid["refunded_amount"]),
        (&json!("completed"), &json!("9.00"))
    );
    sale.request_refund(&sale.admin, Some("1.01"))
        .await
        .rejects_field("amount");
    sale.request_refund(&sale.admin, Some("1.00"))
        .await
        .expect(201);
    sale.app.run_all_jobs().await;
    assert_eq!(sale.transaction().await["status"], "refunded");
}

#[actix_web::test]
async fn idempotency_key_creates_one_refund() {
    let sale = Sale::start("9.90", &[]).await;
    let admin = sale.admin.with("idempotency-key", "the-same");
    let body =
        json!({ "transaction_id": sale.payment, "reason_code": "goodwill", "amount": "1.00" });
    let first = admin.post("/v1/refunds", body.clone()).await.expect(201);
    let again = admin.post("/v1/refunds", body).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json()["id"], first["id"]);
    sale.admin
        .post(
            "/v1/refunds",
            json!({ "transaction_id": sale.payment, "reason_code": "goodwill" }),
        )
        .await
        .problem(400, ProblemCode::IdempotencyKeyMissing);
    sale.app.run_all_jobs().await;
}

#[actix_web::test]
async fn lost_gateway_response_does_not_pay_twice() {
    for (word, asked) in [
        (RefundReply::PayWithoutResponse, 1),
        (RefundReply::NeverReceived, 2),
    ] {
        let sale = Sale::start("9.90", &[word]).await;
        let refund = sale.request_refund(&sale.admin, None).await.expect(201);
        sale.app.run_jobs().await;
        assert_eq!(
            sale.refund(&refund["id"]).await["stage"],
            "sent",
            "an unknown outcome is not a failure"
        );
        sale.app.run_all_jobs().await;
        assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
        let references: Vec<String> = sale
            .gateway
            .requests
            .lock()
            .unwrap()
            .iter()
            .map(|back| back.reference.clone())
            .collect();
        assert_eq!(
            references,
            vec![refund["id"].as_str().unwrap(); asked],
            "always under the same key"
        );
        assert_eq!(sale.gateway.paid.lock().unwrap().len(), 1);
    }
}

#[actix_web::test]
async fn rejected_refund_opens_a_case_and_can_be_retried() {
    let sale = Sale::start("9.90", &[RefundReply::Reject]).await;
    let refund = sale.request_refund(&sale.admin, None).await.expect(201);
    sale.app.run_all_jobs().await;
    let failed = sale.refund(&refund["id"]).await;
    assert_eq!(
        (&failed["stage"], &failed["failure_reason"]),
        (&json!("failed"), &json!("the balance is too low"))
    );
    assert_eq!(sale.transaction().await["refunded_amount"], "0.00");
    let cases = sale
        .admin
        .get("/v1/reconciliation?kind=refund_stuck")
        .await
        .expect(200);
    assert_eq!(cases["data"][0]["refund_id"], refund["id"]);

    sale.run_action(&sale.admin, &failed, "retry", None)
        .await
        .expect(200);
    sale.app.run_all_jobs().await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    let paid: Vec<String> = sale.gateway.paid.lock().unwrap().keys().cloned().collect();
    assert_eq!(paid, [format!("{}-2", refund["id"].as_str().unwrap())]);
    let found = sale
        .admin
        .post("/v1/reconciliation/check", Value::Null)
        .await
        .expect(200);
    assert_eq!(
        (&found["resolved"], &found["open"]),
        (&json!(1), &json!(1)),
        "the refund has no case left; one case asks to cancel the eSIM at its provider"
    );
    let again = sale.refund(&refund["id"]).await;
    sale.run_action(&sale.admin, &again, "retry", None)
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn refund_events_apply_once_in_any_order() {
    let sale = Sale::start("9.90", &[RefundReply::Pending]).await;
    let refund = sale.request_refund(&sale.admin, None).await.expect(201);
    sale.app.run_all_jobs().await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "sent");
    for _ in 0..5 {
        sale.deliver_refund_event(None).await;
    }
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    assert_eq!(sale.transaction().await["refunded_amount"], "9.90");
    sale.app.run_all_jobs().await;
    assert_eq!(
        sale.app
            .count("SELECT count(*) FROM audit_log WHERE action = 'refund.process'"),
        1
    );
    assert_eq!(
        sale.app
            .count("SELECT count(*) FROM notifications WHERE subject LIKE 'Your refund of %'"),
        1
    );
    // A failure after the success neither changes the refund nor is dropped.
    sale.deliver_refund_event(Some("account closed")).await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    sale.admin
        .post("/v1/reconciliation/check", Value::Null)
        .await
        .expect(200);
    let cases = sale
        .admin
        .get("/v1/reconciliation?status=open&kind=refund_stuck")
        .await
        .expect(200);
    assert_eq!(
        cases["total"], 1,
        "a person resolves what only the gateway knows"
    );
}

#[actix_web::test]
async fn event_of_an_earlier_attempt_is_ignored() {
    let sale = Sale::start("9.90", &[RefundReply::Pending, RefundReply::Pending]).await;
    let refund = sale.request_refund(&sale.admin, None).await.expect(201);
    sale.app.run_all_jobs().await;
    let old = sale
        .gateway
        .refund_webhook(Some("expired card"), sale.app.ctx.clock.now());
    sale.deliver_refund_event(Some("expired card")).await;
    let failed = sale.refund(&refund["id"]).await;
    assert_eq!(failed["stage"], "failed");
    sale.run_action(&sale.admin, &failed, "retry", None)
        .await
        .expect(200);
    sale.app.run_jobs().await;
    let receipts = "SELECT count(*) FROM webhook_receipts WHERE note LIKE '%earlier attempt%'";
    sale.app.execute("DELETE FROM webhook_receipts");
    let late = sale.app.anonymous().with("simulator-signature", &old.0);
    late.raw(
        reqwest::Method::POST,
        "/v1/webhooks/simulator",
        "application/json",
        old.1,
    )
    .await
    .expect(204);
    assert_eq!(sale.app.count(receipts), 1);
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "sent");
    sale.deliver_refund_event(None).await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    sale.app.run_all_jobs().await;
}

#[actix_web::test]
async fn books_agree_after_many_refunds() {
    let sale = Sale::start(
        "9.90",
        &[
            RefundReply::PayWithoutResponse,
            RefundReply::Reject,
            RefundReply::NeverReceived,
        ],
    )
    .await;
    let (app, admin) = (&sale.app, &sale.admin);
    let mut payments = vec![sale.payment.clone()];
    for _ in 0..11 {
        let customer = app.given(|given| given.user(UserRole::Customer));
        payments.push(sell(app, admin, sale.plan, customer).await.1);
    }
    join_all(
        payments
            .iter()
            .enumerate()
            .map(|(place, payment)| async move {
                let amount = ["9.90", "1.23", "4.95", "0.01"][place % 4];
                let asked = [
                    request_refund(admin, payment, Some(amount)),
                    request_refund(admin, payment, Some(amount)),
                ];
                join_all(asked).await;
            }),
    )
    .await;
    app.run_all_jobs().await;
    let at_the_till: i64 = sale.gateway.paid.lock().unwrap().values().sum();
    let refunds = app.count(
        "SELECT (100 * sum(amount))::bigint AS count FROM refunds WHERE status = 'processed'",
    );
    let kept = app.count("SELECT (100 * sum(refunded_amount))::bigint AS count FROM transactions");
    assert_eq!(
        (at_the_till, at_the_till),
        (refunds, kept),
        "the difference is 0.00"
    );
    let report = admin.get("/v1/payments/overview").await.expect(200);
    let sums = &report["currencies"][0]["sums"];
    let gross = app.count("SELECT (100 * sum(total_amount))::bigint AS count FROM transactions WHERE completed_at IS NOT NULL");
    let in_cents = |amount: &Value| {
        amount
            .as_str()
            .unwrap()
            .replace('.', "")
            .parse::<i64>()
            .unwrap()
    };
    assert_eq!(
        (
            in_cents(&sums["gross_amount"]),
            in_cents(&sums["refunded_amount"])
        ),
        (gross, refunds)
    );
    assert_eq!(in_cents(&sums["net_amount"]), gross - refunds);
    assert_eq!(sums["payments"], 12);
}
