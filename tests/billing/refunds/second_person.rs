//! The second approval of refunds: sums per payment and per day, raised limits, currencies.

use super::{Sale, request_refund};
use crate::harness::{Client, TestApp};
use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{Currency, ProblemCode, accounts::users::UserRole};

const LIMIT: &str = "/v1/settings/refunds.four_eyes_above";

async fn set(who: &Client, value: Value) -> crate::harness::Answer {
    let version = who.get(LIMIT).await.expect(200)["version"]
        .as_i64()
        .unwrap();
    who.patch(LIMIT, version, json!({ "value": value })).await
}

#[actix_web::test]
async fn refund_split_on_one_payment_needs_second_approval() {
    let sale = Sale::start("150.00", &[]).await;
    let first = sale
        .request_refund(&sale.admin, Some("75.00"))
        .await
        .expect(201);
    assert_eq!(first["stage"], "approved");
    sale.app.run_all_jobs().await;
    let second = sale
        .request_refund(&sale.admin, Some("75.00"))
        .await
        .expect(201);
    assert_eq!(
        (&second["stage"], &second["needs_second_person"]),
        (&json!("requested"), &json!(true))
    );
    sale.run_action(&sale.admin, &second, "approve", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    // The sum of a payment includes the refunds of earlier days.
    sale.app
        .execute("UPDATE refunds SET decided_at = decided_at - interval '3 days'");
    sale.run_action(&sale.admin, &second, "approve", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    sale.run_action(&sale.app.as_admin(), &second, "approve", None)
        .await
        .expect(200);
    sale.app.run_all_jobs().await;
    assert_eq!(sale.transaction().await["status"], "refunded");
}

#[actix_web::test]
async fn refunds_of_one_day_are_summed_per_approver() {
    let mut sale = Sale::start("60.00", &[]).await;
    let first = sale.payment.clone();
    sale.sell_again().await;
    let second = sale.payment.clone();
    sale.sell_again().await;
    let third = sale.payment.clone();
    assert_eq!(
        request_refund(&sale.admin, &first, None).await.expect(201)["stage"],
        "approved"
    );
    let waits = request_refund(&sale.admin, &second, None).await.expect(201);
    assert_eq!(
        waits["stage"], "requested",
        "60.00 and 60.00 are more than 100.00"
    );
    let part = request_refund(&sale.admin, &third, Some("40.00"))
        .await
        .expect(201);
    assert_eq!(part["stage"], "approved", "exactly 100.00");
    // The sum counts the refunds of one approver on one day.
    let other = sale.app.as_admin();
    sale.run_action(&other, &waits, "approve", None)
        .await
        .expect(200);
    sale.app.run_all_jobs().await;
    sale.app
        .execute("UPDATE refunds SET decided_at = decided_at - interval '1 day'");
    let next = request_refund(&sale.admin, &third, Some("20.00"))
        .await
        .expect(201);
    assert_eq!(next["stage"], "approved");
    sale.app.run_all_jobs().await;
}

#[actix_web::test]
async fn concurrent_refunds_do_not_exceed_the_approval_limit() {
    let mut sale = Sale::start("60.00", &[]).await;
    let mut payments = vec![sale.payment.clone()];
    for _ in 0..3 {
        sale.sell_again().await;
        payments.push(sale.payment.clone());
    }
    let requests = payments
        .iter()
        .map(|payment| request_refund(&sale.admin, payment, None));
    let stages: Vec<Value> = join_all(requests)
        .await
        .into_iter()
        .map(|answer| answer.expect(201)["stage"].clone())
        .collect();
    let alone = stages.iter().filter(|stage| **stage == "approved").count();
    assert_eq!(alone, 1, "{stages:?}");
    sale.app.run_all_jobs().await;
}

#[actix_web::test]
async fn raising_the_approval_limit_requires_super_admin_and_confirmation() {
    let sale = Sale::start("900.00", &[]).await;
    let refund = sale.request_refund(&sale.admin, None).await.expect(201);
    let (admin, owner) = (&sale.admin, sale.app.as_role(UserRole::SuperAdmin));
    for raised in [
        json!("100000"),
        json!("{\"USD\":\"900.00\"}"),
        json!("{\"USD\":\"100.01\"}"),
    ] {
        set(admin, raised)
            .await
            .problem(403, ProblemCode::Forbidden);
    }
    let lowered = set(admin, json!("{\"USD\":\"50.00\"}")).await.expect(200);
    assert_eq!(
        (&lowered["is_control"], &lowered["data_type"]),
        (&json!(true), &json!("json"))
    );
    set(admin, Value::Null)
        .await
        .problem(403, ProblemCode::Forbidden);
    let back = json!({ "version": 1 });
    admin
        .with("if-match", &format!("\"v{}\"", lowered["version"]))
        .post(&format!("{LIMIT}/rollback"), back)
        .await
        .problem(403, ProblemCode::Forbidden);

    sale.app
        .execute("UPDATE sessions SET confirmed_at = now() - interval '1 hour'");
    set(&owner, json!("1000"))
        .await
        .problem(403, ProblemCode::ConfirmationRequired);
    sale.app.execute("UPDATE sessions SET confirmed_at = now()");
    let raised = set(&owner, json!("1000")).await.expect(200);
    let limits: Value = serde_json::from_str(raised["effective"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&limits["USD"], &limits["JPY"]),
        (&json!("1000.00"), &json!("150000.00"))
    );

    sale.run_action(admin, &refund, "approve", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    sale.run_action(&owner, &refund, "approve", None)
        .await
        .expect(200);
    sale.app.run_all_jobs().await;
    for bad in [
        "{\"USD\":\"-1.00\"}",
        "{\"JPY\":\"0.50\"}",
        "{\"XXX\":\"1.00\"}",
        "-5",
        "many",
    ] {
        set(&owner, json!(bad)).await.rejects_field("value");
    }
}

#[actix_web::test]
async fn weakening_a_control_requires_super_admin() {
    let app = TestApp::start().await;
    let (admin, owner) = (app.as_admin(), app.as_role(UserRole::SuperAdmin));
    for (key, weaker, stricter) in [
        (
            "kyc.required_documents",
            "[[\"passport\",\"utility_bill\",\"id_card\",\"drivers_license\"]]",
            "[[\"passport\"]]",
        ),
        ("sessions.idle_days", "90", "7"),
        ("orders.unpaid_units_per_customer", "1000", "5"),
        ("refunds.four_eyes_above", "101", "0"),
    ] {
        let path = format!("/v1/settings/{key}");
        let change = |value: &str| json!({ "value": value });
        admin
            .patch(&path, 1, change(weaker))
            .await
            .problem(403, ProblemCode::Forbidden);
        admin.patch(&path, 1, change(stricter)).await.expect(200);
        admin
            .patch(&path, 2, json!({ "value": null }))
            .await
            .problem(403, ProblemCode::Forbidden);
        owner.patch(&path, 2, change(weaker)).await.expect(200);
    }
}

#[actix_web::test]
async fn approval_limit_is_per_currency() {
    let sale = Sale::start("9.90", &[]).await;
    let plan = sale.app.given(|given| {
        let plan = given.unpriced_plan("Japan");
        let from = Utc::now() - TimeDelta::hours(1);
        given.price(plan, "20000", Currency::Jpy, from, None);
        for _ in 0..2 {
            given.stock(plan);
        }
        plan
    });
    let order = sale
        .admin
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post(
            "/v1/orders",
            json!({ "user_id": sale.customer, "plan_id": plan, "currency": "JPY" }),
        )
        .await
        .expect(201);
    sale.app.run_jobs().await;
    crate::flows::purchase::simulate(
        &sale.app,
        &sale.admin,
        &order,
        wire::billing::transactions::SimulatedOutcome::Succeed,
    )
    .await;
    let path = format!(
        "/v1/transactions?order_id={}",
        order["id"].as_str().unwrap()
    );
    let payment = sale.admin.get(&path).await.expect(200)["data"][0]["id"].clone();
    let payment = payment.as_str().unwrap();
    let small = request_refund(&sale.admin, payment, Some("300.00"))
        .await
        .expect(201);
    assert_eq!(small["stage"], "approved", "300 JPY are two dollars");
    sale.app.run_all_jobs().await;
    request_refund(&sale.admin, payment, Some("0.50"))
        .await
        .rejects_field("amount");
    let large = request_refund(&sale.admin, payment, Some("15000.00"))
        .await
        .expect(201);
    assert_eq!(large["stage"], "requested");
    // The sums of the day are separate for each currency.
    let dollars = sale.request_refund(&sale.admin, None).await.expect(201);
    assert_eq!(dollars["stage"], "approved");
    sale.app.run_all_jobs().await;
    let notified = "SELECT count(*) FROM notifications WHERE subject = 'Your refund of 300 JPY'";
    assert_eq!(sale.app.count(notified), 1);
}

#[actix_web::test]
async fn bulk_refunds_respect_the_approval_limit_and_idempotency_key() {
    let mut sale = Sale::start("60.00", &[]).await;
    let first = sale.payment.clone();
    sale.sell_again().await;
    let body = json!({ "action": "refund", "ids": [first, sale.payment], "reason": "The network was down" });
    sale.admin
        .post("/v1/transactions/bulk", body.clone())
        .await
        .problem(400, ProblemCode::IdempotencyKeyMissing);
    let keyed = sale.admin.with("idempotency-key", "bulk-1");
    let answer = keyed
        .post("/v1/transactions/bulk", body.clone())
        .await
        .expect(207);
    assert_eq!(answer["done"], 2);
    let count = |state: &str| {
        sale.app.count(&format!(
            "SELECT count(*) FROM refunds WHERE approval_state = '{state}'"
        ))
    };
    assert_eq!((count("approved"), count("requested")), (1, 1));
    sale.app.run_all_jobs().await;
    let again = keyed.post("/v1/transactions/bulk", body.clone()).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.expect(207), answer);
    let other = json!({ "action": "refund", "ids": [first], "reason": "Another one" });
    keyed
        .post("/v1/transactions/bulk", other)
        .await
        .problem(422, ProblemCode::IdempotencyKeyReused);
    assert_eq!(sale.app.count("SELECT count(*) FROM refunds"), 2);
    // A request that was interrupted can run again after its key has expired.
    sale.app
        .execute("UPDATE idempotency_keys SET status = NULL, body = NULL WHERE key = 'bulk-1'");
    keyed
        .post("/v1/transactions/bulk", body.clone())
        .await
        .problem(409, ProblemCode::StillRunning);
    sale.app
        .execute("UPDATE idempotency_keys SET expires_at = now() WHERE key = 'bulk-1'");
    let rerun = keyed.post("/v1/transactions/bulk", body).await.expect(207);
    assert_eq!(rerun["refused"], 2, "nothing is refunded twice");
}
