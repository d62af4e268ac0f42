//! Approval of refunds: who may approve, what an approval checks, and what follows from it.

use super::{RefundReply, Sale};
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn refund_below_threshold_is_approved_with_the_request() {
    let sale = Sale::start("100.00", &[]).await;
    let refund = sale.request_refund(&sale.admin, None).await.expect(201);
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
    sale.app.run_all_jobs().await;

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
    assert_eq!((esim, bundle), (1, 1), "the eSIM was not installed");
    assert_eq!(
        sale.app.count(
            "SELECT count(*) FROM notifications WHERE subject = 'Your refund of 100.00 USD'"
        ),
        1
    );

    let claims = sale.admin.get("/v1/supplier-claims").await.expect(200);
    let claim = &claims["data"][0];
    assert_eq!(
        (&claims["total"], &claim["state"], &claim["amount"]),
        (&json!(1), &json!("open"), &json!("2.00"))
    );
    let path = format!("/v1/supplier-claims/{}", claim["id"].as_str().unwrap());
    let body = json!({ "note": "Credit note 4711" });
    let accepted = sale
        .admin
        .post(&format!("{path}/accept"), body.clone())
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
        .post(&format!("{path}/reject"), body)
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn refund_above_threshold_needs_second_approval() {
    let sale = Sale::start("100.01", &[]).await;
    let refund = sale.request_refund(&sale.admin, None).await.expect(201);
    assert_eq!(
        (&refund["stage"], &refund["needs_second_person"]),
        (&json!("requested"), &json!(true))
    );
    sale.run_action(&sale.admin, &refund, "approve", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    let support = sale.app.as_role(UserRole::Support);
    sale.run_action(&support, &refund, "approve", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(
        sale.app.run_all_jobs().await,
        0,
        "nothing is paid before an approval"
    );

    let other = sale.app.as_admin();
    let stale = json!({ "id": refund["id"], "version": 7 });
    sale.run_action(&other, &stale, "approve", None)
        .await
        .problem(412, ProblemCode::Stale);
    let approved = sale
        .run_action(&other, &refund, "approve", None)
        .await
        .expect(200);
    assert_eq!(
        (&approved["stage"], &approved["processed_by"]),
        (&json!("approved"), &json!(other.id()))
    );
    sale.run_action(&other, &approved, "approve", None)
        .await
        .problem(409, ProblemCode::WrongState);
    sale.app.run_all_jobs().await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
}

#[actix_web::test]
async fn support_cannot_approve_refunds() {
    let sale = Sale::start("9.90", &[]).await;
    let support = sale.app.as_role(UserRole::Support);
    let refund = sale
        .request_refund(&support, Some("5.00"))
        .await
        .expect(201);
    assert_eq!(
        (&refund["stage"], &refund["effect"]),
        (&json!("requested"), &json!("none"))
    );
    sale.request_refund(&sale.admin, None)
        .await
        .problem(409, ProblemCode::Conflict);
    let why = json!({ "reason": "The data was used up" });
    let rejected = sale
        .run_action(&sale.admin, &refund, "reject", Some(why))
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
    for (filter, total) in [("status=failed", 0), ("approval_state=rejected", 1)] {
        let found = sale.admin.get(&format!("/v1/refunds?{filter}")).await;
        assert_eq!(found.expect(200)["total"], total, "{filter}");
    }
    sale.run_action(&sale.admin, &rejected, "retry", None)
        .await
        .problem(409, ProblemCode::WrongState);

    sale.app
        .execute("UPDATE sessions SET confirmed_at = now() - interval '1 hour'");
    sale.request_refund(&sale.admin, None)
        .await
        .problem(403, ProblemCode::ConfirmationRequired);
    assert_eq!(sale.app.count("SELECT count(*) FROM refunds"), 1);
    sale.app.run_all_jobs().await;
}

#[actix_web::test]
async fn approval_rejects_usage_since_the_request() {
    let sale = Sale::start("9.90", &[]).await;
    let refund = sale
        .request_refund(&sale.app.as_role(UserRole::Support), None)
        .await
        .expect(201);
    assert_eq!(refund["recommended_amount"], "9.90");
    sale.app
        .execute("UPDATE esim_bundles SET used_bytes = total_bytes / 2");

    let problem = sale
        .run_action(&sale.admin, &refund, "approve", None)
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
    sale.run_action(&sale.admin, &refund, "approve", None)
        .await
        .problem(412, ProblemCode::Stale);
    sale.run_action(&sale.admin, &now, "approve", None)
        .await
        .expect(200);
    sale.app.run_all_jobs().await;
    assert_eq!(sale.refund(&refund["id"]).await["stage"], "processed");
    let cancelled = sale
        .app
        .count("SELECT count(*) FROM esims WHERE status = 'cancelled'");
    assert_eq!(cancelled, 0, "a used eSIM is not cancelled");
}

#[actix_web::test]
async fn eligibility_shows_the_refundable_amount() {
    let sale = Sale::start("9.90", &[]).await;
    let path = format!("/v1/transactions/{}/eligibility", sale.payment);
    let known = sale.admin.get(&path).await.expect(200);
    assert_eq!(
        (&known["left_amount"], &known["recommended_effect"]),
        (&json!("9.90"), &json!("cancel"))
    );
    assert_eq!(
        known["units"][0]["why"],
        "It was delivered and is not installed."
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
        admin
            .post("/v1/refunds", body(change))
            .await
            .rejects_field(field);
    }
    assert_eq!(sale.app.count("SELECT count(*) FROM refunds"), 0);
}

#[actix_web::test]
async fn manual_payment_is_refunded_by_hand() {
    let sale = Sale::start("9.90", &[]).await;
    sale.app.execute(&format!(
        "UPDATE transactions SET recorded_by = '{}', payment_gateway = NULL, gateway_transaction_id = NULL",
        sale.admin.id()
    ));
    let refund = sale.request_refund(&sale.admin, None).await.expect(201);
    assert_eq!(refund["stage"], "to_pay_out");
    sale.app.run_all_jobs().await;
    assert!(sale.gateway.requests.lock().unwrap().is_empty());
    sale.run_action(
        &sale.admin,
        &refund,
        "confirm",
        Some(json!({ "reference": " " })),
    )
    .await
    .rejects_field("reference");
    let paid = json!({ "reference": "SEPA 0815" });
    let done = sale
        .run_action(&sale.admin, &refund, "confirm", Some(paid.clone()))
        .await
        .expect(200);
    assert_eq!(
        (&done["stage"], &done["gateway_refund_id"]),
        (&json!("processed"), &json!("SEPA 0815"))
    );
    assert_eq!(sale.transaction().await["status"], "refunded");
    sale.run_action(&sale.admin, &done, "confirm", Some(paid))
        .await
        .problem(409, ProblemCode::WrongState);
    sale.app.run_all_jobs().await;
}

#[actix_web::test]
async fn refunded_order_is_not_delivered() {
    let sale = Sale::start("9.90", &[]).await;
    // An order of a plan that no provider can deliver: a job requests its refund.
    let plan = sale.app.given(|given| given.undeliverable_plan("12.00"));
    let (order, payment) = super::sell(&sale.app, &sale.admin, plan, sale.customer).await;
    let listed = sale
        .admin
        .get(&format!("/v1/refunds?transaction_id={payment}"))
        .await
        .expect(200);
    let refund = listed["data"][0].clone();
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
        .run_action(&sale.admin, &refund, "approve", None)
        .await
        .expect(200);
    sale.admin
        .post(&format!("{path}/retry"), Value::Null)
        .await
        .problem(409, ProblemCode::WrongState);
    sale.app.run_all_jobs().await;
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
async fn retrying_an_order_cancels_its_refund() {
    let sale = Sale::start("9.90", &[RefundReply::Reject]).await;
    let plan = sale.app.given(|given| given.undeliverable_plan("12.00"));
    let (order, payment) = super::sell(&sale.app, &sale.admin, plan, sale.customer).await;
    sale.app.given(|given| given.stock(plan));
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    sale.admin
        .post(&format!("{path}/retry"), Value::Null)
        .await
        .expect(200);
    sale.app.run_all_jobs().await;
    assert_eq!(
        sale.admin.get(&path).await.expect(200)["status"],
        "fulfilled"
    );
    let listed = sale
        .admin
        .get(&format!("/v1/refunds?transaction_id={payment}"))
        .await
        .expect(200);
    assert_eq!(listed["data"][0]["stage"], "rejected");
}
