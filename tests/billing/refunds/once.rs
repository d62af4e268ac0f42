//! However often and however many at once: no money goes out twice.

use super::{Sale, Word, ask, sell};
use crate::harness::drill::times;
use futures_util::future::join_all;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn a_hundred_full_refunds_of_one_payment_at_once_pay_once() {
    let mut sale = Sale::of("9.90", &[]).await;
    for round in 1..=times(2, 20) {
        let answers = join_all((0..100).map(|_| sale.ask(&sale.admin, None))).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1, "round {round}");
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer.status, 201 | 409))
        );
        sale.app.work_through().await;
        assert_eq!(
            sale.till.asked.lock().unwrap().len(),
            round,
            "the gateway is called as often as there are refunds"
        );
        let refunds = sale.app.count("SELECT count(*) FROM refunds");
        assert_eq!(usize::try_from(refunds), Ok(round));
        let paid = sale.transaction().await;
        assert_eq!(
            (&paid["status"], &paid["refunded_amount"]),
            (&json!("refunded"), &json!("9.90"))
        );
        sale.ask(&sale.admin, None)
            .await
            .problem(409, ProblemCode::WrongState);
        sale.again().await;
    }
}

#[actix_web::test]
async fn of_partial_refunds_of_thirty_percent_three_are_paid() {
    let mut sale = Sale::of("10.00", &[]).await;
    for payment in 1..=times(2, 20) {
        if payment > 1 {
            sale.again().await;
        }
        for round in 0..5 {
            let answers = join_all((0..10).map(|_| sale.ask(&sale.admin, Some("3.00")))).await;
            let made = answers.iter().filter(|answer| answer.status == 201).count();
            assert_eq!(made, usize::from(round < 3), "round {round}");
            sale.app.work_through().await;
        }
        assert_eq!(sale.till.asked.lock().unwrap().len(), 3 * payment);
        let paid = sale.till.paid.lock().unwrap().values().sum::<i64>();
        assert_eq!(paid, 900 * i64::try_from(payment).unwrap());
    }
    let paid = sale.transaction().await;
    assert_eq!(
        (&paid["status"], &paid["refunded_amount"]),
        (&json!("completed"), &json!("9.00"))
    );
    sale.ask(&sale.admin, Some("1.01")).await.refuses("amount");
    sale.ask(&sale.admin, Some("1.00")).await.expect(201);
    sale.app.work_through().await;
    assert_eq!(sale.transaction().await["status"], "refunded");
}

#[actix_web::test]
async fn one_key_is_one_refund() {
    let sale = Sale::of("9.90", &[]).await;
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
    sale.app.work_through().await;
}

#[actix_web::test]
async fn an_answer_that_was_lost_is_asked_after_and_nothing_is_paid_twice() {
    for (word, asked) in [(Word::PaysUnheard, 1), (Word::Hears, 2)] {
        let sale = Sale::of("9.90", &[word]).await;
        let refund = sale.ask(&sale.admin, None).await.expect(201);
        sale.app.work().await;
        assert_eq!(
            sale.refund(&refund["id"]).await["stage"],
            "sent",
            "unknown is not a failure"
        );
        sale.app.work_through().await;
        assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
        let references: Vec<String> = sale
            .till
            .asked
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
        assert_eq!(sale.till.paid.lock().unwrap().len(), 1);
    }
}

#[actix_web::test]
async fn a_refused_refund_opens_a_case_and_can_be_tried_again_under_the_same_id() {
    let sale = Sale::of("9.90", &[Word::Refuses]).await;
    let refund = sale.ask(&sale.admin, None).await.expect(201);
    sale.app.work_through().await;
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

    sale.act(&sale.admin, &failed, "retry", None)
        .await
        .expect(200);
    sale.app.work_through().await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    let paid: Vec<String> = sale.till.paid.lock().unwrap().keys().cloned().collect();
    assert_eq!(paid, [format!("{}-2", refund["id"].as_str().unwrap())]);
    let found = sale
        .admin
        .post("/v1/reconciliation/check", Value::Null)
        .await
        .expect(200);
    assert_eq!(
        (&found["resolved"], &found["open"]),
        (&json!(1), &json!(1)),
        "the refund is no case any more; the eSIM is to be cancelled at its provider"
    );
    let again = sale.refund(&refund["id"]).await;
    sale.act(&sale.admin, &again, "retry", None)
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn the_gateways_word_counts_once_in_whatever_order_it_comes() {
    let sale = Sale::of("9.90", &[Word::Later]).await;
    let refund = sale.ask(&sale.admin, None).await.expect(201);
    sale.app.work_through().await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "sent");
    for _ in 0..5 {
        sale.tell(None).await;
    }
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    assert_eq!(sale.transaction().await["refunded_amount"], "9.90");
    sale.app.work_through().await;
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
    // That it failed after all is not believed blindly, and not dropped either.
    sale.tell(Some("account closed")).await;
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
        "what only the gateway knows is left to a person"
    );
}

#[actix_web::test]
async fn news_of_an_earlier_attempt_is_no_news() {
    let sale = Sale::of("9.90", &[Word::Later, Word::Later]).await;
    let refund = sale.ask(&sale.admin, None).await.expect(201);
    sale.app.work_through().await;
    let old = sale
        .till
        .tells(Some("expired card"), sale.app.ctx.clock.now());
    sale.tell(Some("expired card")).await;
    let failed = sale.refund(&refund["id"]).await;
    assert_eq!(failed["stage"], "failed");
    sale.act(&sale.admin, &failed, "retry", None)
        .await
        .expect(200);
    sale.app.work().await;
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
    sale.tell(None).await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    sale.app.work_through().await;
}

#[actix_web::test]
async fn after_a_campaign_every_book_says_the_same() {
    let sale = Sale::of("9.90", &[Word::PaysUnheard, Word::Refuses, Word::Hears]).await;
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
                    ask(admin, payment, Some(amount)),
                    ask(admin, payment, Some(amount)),
                ];
                join_all(asked).await;
            }),
    )
    .await;
    app.work_through().await;
    let at_the_till: i64 = sale.till.paid.lock().unwrap().values().sum();
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
