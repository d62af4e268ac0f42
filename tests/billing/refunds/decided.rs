//! Who decides, about what, and what follows.

use super::{Sale, Word};
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn up_to_the_threshold_whoever_may_decide_has_decided_with_asking() {
    let sale = Sale::of("100.00", &[]).await;
    let refund = sale.ask(&sale.admin, None).await.expect(201);
    assert_eq!(
        (
            &refund["stage"],
            &refund["amount"],
            &refund["effect"],
            &refund["recommended_amount"]
        ),
        (
            &json!("approved"),
            &json!("100.00"),
            &json!("cancel"),
            &json!("100.00")
        )
    );
    assert_eq!(refund["eligibility"]["verdict"], "full");
    sale.app.work_through().await;

    let done = sale.refund(&refund["id"]).await;
    assert_eq!(
        (&done["stage"], &done["needs_second_person"]),
        (&json!("processed"), &json!(false))
    );
    let paid = sale.transaction().await;
    assert_eq!(
        (&paid["status"], &paid["refunded_amount"]),
        (&json!("refunded"), &json!("100.00"))
    );
    let esim = sale
        .app
        .count("SELECT count(*) FROM esims WHERE status = 'cancelled'");
    let bundle = sale
        .app
        .count("SELECT count(*) FROM esim_bundles WHERE status = 'cancelled'");
    assert_eq!((esim, bundle), (1, 1), "nobody had installed it");
    assert_eq!(
        sale.app.count(
            "SELECT count(*) FROM notifications WHERE subject = 'Your refund of 100.00 USD'"
        ),
        1
    );

    let claims = sale.admin.get("/v1/claims").await.expect(200);
    let claim = &claims["data"][0];
    assert_eq!(
        (&claims["total"], &claim["state"], &claim["amount"]),
        (&json!(1), &json!("open"), &json!("2.00"))
    );
    let path = format!("/v1/claims/{}", claim["id"].as_str().unwrap());
    let said = json!({ "note": "Credit note 4711" });
    let accepted = sale
        .admin
        .post(&format!("{path}/accept"), said.clone())
        .await
        .expect(200);
    assert_eq!(
        (&accepted["state"], &accepted["note"]),
        (&json!("accepted"), &json!("Credit note 4711"))
    );
    assert_eq!(
        sale.app
            .count("SELECT count(*) FROM data_allocations WHERE status = 'reversed'"),
        1
    );
    sale.admin
        .post(&format!("{path}/reject"), said)
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn above_the_threshold_it_takes_another_person() {
    let sale = Sale::of("100.01", &[]).await;
    let refund = sale.ask(&sale.admin, None).await.expect(201);
    assert_eq!(
        (&refund["stage"], &refund["needs_second_person"]),
        (&json!("requested"), &json!(true))
    );
    sale.act(&sale.admin, &refund, "approve", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    let support = sale.app.as_role(UserRole::Support);
    sale.act(&support, &refund, "approve", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(
        sale.app.work_through().await,
        0,
        "nothing is paid before somebody has approved"
    );

    let other = sale.app.as_admin();
    let stale = json!({ "id": refund["id"], "version": 7 });
    sale.act(&other, &stale, "approve", None)
        .await
        .problem(412, ProblemCode::Stale);
    let approved = sale.act(&other, &refund, "approve", None).await.expect(200);
    assert_eq!(
        (&approved["stage"], &approved["processed_by"]),
        (&json!("approved"), &json!(other.id()))
    );
    sale.act(&other, &approved, "approve", None)
        .await
        .problem(409, ProblemCode::WrongState);
    sale.app.work_through().await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
}

#[actix_web::test]
async fn support_asks_and_does_not_decide_and_money_asks_who_one_is() {
    let sale = Sale::of("9.90", &[]).await;
    let support = sale.app.as_role(UserRole::Support);
    let refund = sale.ask(&support, Some("5.00")).await.expect(201);
    assert_eq!(
        (&refund["stage"], &refund["effect"]),
        (&json!("requested"), &json!("none"))
    );
    sale.ask(&sale.admin, None)
        .await
        .problem(409, ProblemCode::Conflict);
    let why = json!({ "reason": "The data was used up" });
    let rejected = sale
        .act(&sale.admin, &refund, "reject", Some(why))
        .await
        .expect(200);
    assert_eq!(
        (
            &rejected["stage"],
            &rejected["status"],
            &rejected["failure_reason"]
        ),
        (
            &json!("rejected"),
            &json!("failed"),
            &json!("The data was used up")
        )
    );
    sale.act(&sale.admin, &rejected, "retry", None)
        .await
        .problem(409, ProblemCode::WrongState);

    sale.app
        .execute("UPDATE sessions SET confirmed_at = now() - interval '1 hour'");
    sale.ask(&sale.admin, None)
        .await
        .problem(403, ProblemCode::ConfirmationRequired);
    assert_eq!(sale.app.count("SELECT count(*) FROM refunds"), 1);
    sale.app.work_through().await;
}

#[actix_web::test]
async fn what_was_used_since_has_to_be_looked_at_again() {
    let sale = Sale::of("9.90", &[]).await;
    let refund = sale
        .ask(&sale.app.as_role(UserRole::Support), None)
        .await
        .expect(201);
    assert_eq!(refund["recommended_amount"], "9.90");
    sale.app
        .execute("UPDATE esim_bundles SET used_bytes = total_bytes / 2");

    let problem = sale
        .act(&sale.admin, &refund, "approve", None)
        .await
        .problem(412, ProblemCode::Stale);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("4.95 USD is recommended now"),
        "{problem}"
    );
    let now = sale.refund(&refund["id"]).await;
    assert_eq!(
        (&now["stage"], &now["recommended_amount"]),
        (&json!("requested"), &json!("4.95"))
    );
    assert_eq!(now["eligibility"]["verdict"], "partial");
    sale.act(&sale.admin, &refund, "approve", None)
        .await
        .problem(412, ProblemCode::Stale);
    sale.act(&sale.admin, &now, "approve", None)
        .await
        .expect(200);
    sale.app.work_through().await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    let cancelled = sale
        .app
        .count("SELECT count(*) FROM esims WHERE status = 'cancelled'");
    assert_eq!(
        cancelled, 0,
        "what was used is not cancelled behind its owner's back"
    );
}

#[actix_web::test]
async fn what_can_be_asked_for_is_said_beforehand() {
    let sale = Sale::of("9.90", &[]).await;
    let path = format!("/v1/transactions/{}/eligibility", sale.payment);
    let known = sale.admin.get(&path).await.expect(200);
    assert_eq!(
        (&known["left_amount"], &known["recommended_effect"]),
        (&json!("9.90"), &json!("cancel"))
    );
    assert_eq!(
        known["units"][0]["why"],
        "It was delivered, and nobody has installed it."
    );
    let body = |change: Value| {
        let mut body = json!({ "transaction_id": sale.payment, "reason_code": "goodwill" });
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        body
    };
    let admin = sale.admin.with("idempotency-key", "k");
    for (change, field) in [
        (json!({ "amount": "9.91" }), "amount"),
        (json!({ "amount": "0.00" }), "amount"),
        (json!({ "amount": "-1.00" }), "amount"),
        (json!({ "amount": 1 }), "amount"),
        (
            json!({ "transaction_id": uuid::Uuid::now_v7() }),
            "transaction_id",
        ),
        (json!({ "reason_code": "because" }), "reason_code"),
        (json!({ "reason_code": "other" }), "reason"),
        (json!({ "status": "processed" }), "status"),
    ] {
        admin.post("/v1/refunds", body(change)).await.refuses(field);
    }
    assert_eq!(sale.app.count("SELECT count(*) FROM refunds"), 0);
}

#[actix_web::test]
async fn a_payment_beside_the_gateway_is_paid_out_by_a_person() {
    let sale = Sale::of("9.90", &[]).await;
    sale.app.execute(&format!(
        "UPDATE transactions SET recorded_by = '{}', payment_gateway = NULL, gateway_transaction_id = NULL",
        sale.admin.id()
    ));
    let refund = sale.ask(&sale.admin, None).await.expect(201);
    assert_eq!(refund["stage"], "to_pay_out");
    sale.app.work_through().await;
    assert!(sale.till.asked.lock().unwrap().is_empty());
    sale.act(
        &sale.admin,
        &refund,
        "confirm",
        Some(json!({ "reference": " " })),
    )
    .await
    .refuses("reference");
    let paid = json!({ "reference": "SEPA 0815" });
    let done = sale
        .act(&sale.admin, &refund, "confirm", Some(paid.clone()))
        .await
        .expect(200);
    assert_eq!(
        (&done["stage"], &done["gateway_refund_id"]),
        (&json!("processed"), &json!("SEPA 0815"))
    );
    assert_eq!(sale.transaction().await["status"], "refunded");
    sale.act(&sale.admin, &done, "confirm", Some(paid))
        .await
        .problem(409, ProblemCode::WrongState);
    sale.app.work_through().await;
}

#[actix_web::test]
async fn an_order_whose_payment_goes_back_is_not_delivered_any_more() {
    let sale = Sale::of("9.90", &[]).await;
    // Another one, of a plan that nobody can deliver: its money is asked back by itself.
    let plan = sale.app.given(|given| given.undeliverable_plan("12.00"));
    let (order, payment) = super::sell(&sale.app, &sale.admin, plan, sale.customer).await;
    let asked = sale
        .admin
        .get(&format!("/v1/refunds?transaction_id={payment}"))
        .await
        .expect(200);
    let refund = asked["data"][0].clone();
    assert_eq!(
        (
            &refund["stage"],
            &refund["requested_by"],
            &refund["reason_code"],
            &refund["amount"]
        ),
        (
            &json!("requested"),
            &Value::Null,
            &json!("not_delivered"),
            &json!("12.00")
        )
    );
    let cases = sale
        .admin
        .get("/v1/reconciliation?kind=paid_not_delivered")
        .await
        .expect(200);
    assert_eq!(cases["data"][0]["order_id"], order["id"]);

    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    let approved = sale
        .act(&sale.admin, &refund, "approve", None)
        .await
        .expect(200);
    sale.admin
        .post(&format!("{path}/retry"), Value::Null)
        .await
        .problem(409, ProblemCode::WrongState);
    sale.app.work_through().await;
    assert_eq!(sale.refund(&approved["id"]).await["stage"], "processed");
    assert_eq!(
        sale.admin.get(&path).await.expect(200)["status"],
        "cancelled"
    );
    sale.admin
        .post(&format!("{path}/retry"), Value::Null)
        .await
        .problem(409, ProblemCode::WrongState);
    let found = sale
        .admin
        .post("/v1/reconciliation/check", Value::Null)
        .await
        .expect(200);
    assert_eq!((&found["resolved"], &found["open"]), (&json!(1), &json!(0)));
}

#[actix_web::test]
async fn an_order_taken_up_again_calls_its_refund_off() {
    let sale = Sale::of("9.90", &[Word::Refuses]).await;
    let plan = sale.app.given(|given| given.undeliverable_plan("12.00"));
    let (order, payment) = super::sell(&sale.app, &sale.admin, plan, sale.customer).await;
    sale.app.given(|given| given.stock(plan));
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    sale.admin
        .post(&format!("{path}/retry"), Value::Null)
        .await
        .expect(200);
    sale.app.work_through().await;
    assert_eq!(
        sale.admin.get(&path).await.expect(200)["status"],
        "fulfilled"
    );
    let asked = sale
        .admin
        .get(&format!("/v1/refunds?transaction_id={payment}"))
        .await
        .expect(200);
    assert_eq!(asked["data"][0]["stage"], "rejected");
}
