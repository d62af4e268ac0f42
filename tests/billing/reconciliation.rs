//! Reconciliation cases: detected, claimed and resolved.

use super::refunds::{Sale, sell};
use crate::harness::{Answer, Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

async fn check(who: &Client) -> Value {
    who.post("/v1/reconciliation/check", Value::Null)
        .await
        .expect(200)
}

async fn open(who: &Client, kind: &str) -> Vec<Value> {
    let found = who
        .get(&format!(
            "/v1/reconciliation?status=open,escalated&kind={kind}"
        ))
        .await
        .expect(200);
    found["data"].as_array().unwrap().clone()
}

pub(super) async fn run_action(
    who: &Client,
    case: &Value,
    verb: &str,
    body: Option<Value>,
) -> Answer {
    let path = format!("/v1/reconciliation/{}/{verb}", case["id"].as_str().unwrap());
    let tag = format!("\"v{}\"", case["version"]);
    who.with("if-match", &tag)
        .send(Method::POST, &path, body)
        .await
}

async fn claimed(who: &Client, case: &Value) -> Value {
    run_action(who, case, "claim", None).await.expect(200)
}

fn resolution_body(action: &str) -> Option<Value> {
    Some(json!({ "action": action, "reason": "Seen to" }))
}

#[actix_web::test]
async fn retrying_a_stuck_order_resolves_its_case() {
    let sale = Sale::start("9.90", &[]).await;
    let plan = sale.app.given(|given| given.undeliverable_plan("12.00"));
    let (order, _) = sell(&sale.app, &sale.admin, plan, sale.customer).await;
    let cases = open(&sale.admin, "paid_not_delivered").await;
    let case = &cases[0];
    assert_eq!(cases.len(), 1);
    assert_eq!(
        (
            &case["order_id"],
            &case["amount"],
            &case["currency"],
            &case["actions"]
        ),
        (
            &order["id"],
            &json!("12.00"),
            &json!("USD"),
            &json!(["retry_order", "refund", "settle_outside"])
        )
    );
    assert_eq!(
        check(&sale.admin).await,
        json!({ "opened": 0, "resolved": 0, "open": 1 }),
        "the same finding is the same case"
    );

    run_action(&sale.admin, case, "resolve", resolution_body("retry_order"))
        .await
        .problem(409, ProblemCode::WrongState);
    let mine = claimed(&sale.admin, case).await;
    let other = sale.app.as_admin();
    run_action(&other, &mine, "claim", None)
        .await
        .problem(409, ProblemCode::Conflict);
    run_action(&other, &mine, "resolve", resolution_body("retry_order"))
        .await
        .problem(409, ProblemCode::Conflict);
    run_action(&sale.admin, case, "resolve", resolution_body("retry_order"))
        .await
        .problem(412, ProblemCode::Stale);
    run_action(
        &sale.admin,
        &mine,
        "resolve",
        resolution_body("cancel_order"),
    )
    .await
    .rejects_field("action");
    run_action(
        &sale.admin,
        &mine,
        "resolve",
        Some(json!({ "action": "retry_order", "reason": "" })),
    )
    .await
    .rejects_field("reason");

    sale.app.given(|given| given.stock(plan));
    let done = run_action(
        &sale.admin,
        &mine,
        "resolve",
        resolution_body("retry_order"),
    )
    .await
    .expect(200);
    assert_eq!(
        (
            &done["status"],
            &done["action"],
            &done["resolution"],
            &done["resolved_by"],
            &done["claimed_by"]
        ),
        (
            &json!("resolved"),
            &json!("retry_order"),
            &json!("Seen to"),
            &json!(sale.admin.id()),
            &Value::Null
        )
    );
    sale.app.run_all_jobs().await;
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(
        sale.admin.get(&path).await.expect(200)["status"],
        "fulfilled"
    );
    run_action(&other, &done, "claim", None)
        .await
        .problem(409, ProblemCode::WrongState);
    assert_eq!(check(&sale.admin).await["open"], 0);
}

#[actix_web::test]
async fn case_claim_expires_and_case_can_be_released_or_escalated() {
    let sale = Sale::start("9.90", &[]).await;
    let plan = sale.app.given(|given| given.undeliverable_plan("12.00"));
    sell(&sale.app, &sale.admin, plan, sale.customer).await;
    let (one, other) = (&sale.admin, sale.app.as_admin());
    let case = open(one, "paid_not_delivered").await.remove(0);
    let mine = claimed(one, &case).await;
    assert_eq!(
        one.get("/v1/reconciliation?claimed_by=me")
            .await
            .expect(200)["total"],
        1
    );
    let back = run_action(one, &mine, "release", None).await.expect(200);
    assert_eq!(back["claimed_by"], Value::Null);
    let mine = claimed(&other, &back).await;
    let why = json!({ "reason": "The gateway shows another status" });
    let escalated = run_action(&other, &mine, "escalate", Some(why))
        .await
        .expect(200);
    assert_eq!(
        (&escalated["status"], &escalated["claimed_by"]),
        (&json!("escalated"), &Value::Null)
    );
    assert_eq!(escalated["escalated_by"], json!(other.id()));

    claimed(one, &escalated).await;
    sale.app
        .ctx
        .clock
        .set(chrono::Utc::now() + chrono::TimeDelta::minutes(16));
    sale.app
        .execute("UPDATE sessions SET confirmed_at = now() + interval '16 minutes'");
    let theirs = claimed(&other, &escalated).await;
    let done = run_action(
        &other,
        &theirs,
        "resolve",
        resolution_body("settle_outside"),
    )
    .await
    .expect(200);
    assert_eq!(done["status"], "resolved");
    let found = check(one).await;
    assert_eq!(
        (&found["opened"], &found["open"]),
        (&json!(0), &json!(0)),
        "a case that was settled outside is not found again"
    );
}

#[actix_web::test]
async fn support_cannot_change_cases() {
    let sale = Sale::start("9.90", &[]).await;
    let plan = sale.app.given(|given| given.undeliverable_plan("12.00"));
    sell(&sale.app, &sale.admin, plan, sale.customer).await;
    let support = sale.app.as_role(UserRole::Support);
    let case = open(&support, "paid_not_delivered").await.remove(0);
    assert_eq!(case["actions"], json!([]));
    assert!(case["customer"].as_str().unwrap().contains('•'), "{case}");
    run_action(&support, &case, "claim", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    let customer = sale.app.as_user(sale.customer);
    customer
        .get("/v1/reconciliation")
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn case_can_be_resolved_by_refund() {
    let sale = Sale::start("9.90", &[]).await;
    let plan = sale.app.given(|given| given.undeliverable_plan("12.00"));
    let (_, payment) = sell(&sale.app, &sale.admin, plan, sale.customer).await;
    // A job requested the refund; one person rejects it, and another resolves the case with a refund.
    let listed = sale
        .admin
        .get(&format!("/v1/refunds?transaction_id={payment}"))
        .await
        .expect(200);
    let no = json!({ "reason": "Too early" });
    sale.run_action(&sale.admin, &listed["data"][0], "reject", Some(no))
        .await
        .expect(200);
    let case = open(&sale.admin, "paid_not_delivered").await.remove(0);
    let mine = claimed(&sale.admin, &case).await;
    run_action(&sale.admin, &mine, "resolve", resolution_body("refund"))
        .await
        .expect(200);
    sale.app.run_all_jobs().await;
    let paid = sale
        .admin
        .get(&format!("/v1/transactions/{payment}"))
        .await
        .expect(200);
    assert_eq!(paid["status"], "refunded");
    assert_eq!(check(&sale.admin).await["open"], 0);
}

#[actix_web::test]
async fn every_kind_of_case_is_detected_and_resolved() {
    let sale = Sale::start("9.90", &[]).await;
    let (app, admin) = (&sale.app, &sale.admin);
    assert_eq!(
        check(admin).await,
        json!({ "opened": 0, "resolved": 0, "open": 0 }),
        "matching amounts open no case"
    );
    let order = sale.order["id"].as_str().unwrap();
    let refund = sale
        .request_refund(&app.as_role(UserRole::Support), Some("1.00"))
        .await
        .expect(201);
    let refund = refund["id"].as_str().unwrap();
    for (kind, wrong, right) in [
        ("paid_not_delivered", format!("UPDATE orders SET status = 'paid', paid_at = now() - interval '2 days' WHERE id = '{order}'"), format!("UPDATE orders SET status = 'fulfilled' WHERE id = '{order}'")),
        ("paid_late", format!("UPDATE orders SET status = 'needs_review', paid_at = NULL WHERE id = '{order}'"), format!("UPDATE orders SET status = 'fulfilled', paid_at = now() WHERE id = '{order}'")),
        ("delivered_not_paid", "UPDATE transactions SET status = 'cancelled'".into(), "UPDATE transactions SET status = 'completed'".into()),
        ("refund_stuck", format!("UPDATE refunds SET approval_state = 'approved', sent_at = now() - interval '3 hours' WHERE id = '{refund}'"), format!("UPDATE refunds SET approval_state = 'requested' WHERE id = '{refund}'")),
        ("amount_mismatch", "UPDATE transactions SET refunded_amount = 1".into(), "UPDATE transactions SET refunded_amount = 0".into()),
        ("unknown_outcome", "UPDATE provisioning_attempts SET status = 'unknown', sent_at = now() - interval '1 hour'".into(), "UPDATE provisioning_attempts SET status = 'succeeded'".into()),
        ("surplus_esim", "UPDATE data_allocations SET provider_order_ref = 'another'".into(), "UPDATE data_allocations SET provider_order_ref = (SELECT provider_order_ref FROM provisioning_attempts)".into()),
    ] {
        let clock = chrono::Utc::now() + chrono::TimeDelta::hours(1);
        app.execute("ALTER TABLE orders DISABLE TRIGGER orders_updated_at");
        app.execute(&wrong);
        app.ctx.clock.set(clock);
        let found = check(admin).await;
        assert_eq!((&found["opened"], &found["open"]), (&json!(1), &json!(1)), "{kind}: {found}");
        let cases = open(admin, kind).await;
        assert_eq!(cases.len(), 1, "{kind}");
        assert_eq!(check(admin).await["opened"], 0, "{kind}");
        app.execute(&right);
        let found = check(admin).await;
        assert_eq!((&found["resolved"], &found["open"]), (&json!(1), &json!(0)), "{kind}: {found}");
        let done = admin.get(&format!("/v1/reconciliation/{}", cases[0]["id"].as_str().unwrap())).await.expect(200);
        assert_eq!((&done["resolved_by"], &done["resolution"]), (&Value::Null, &json!("The discrepancy no longer exists.")));
    }
}

#[actix_web::test]
async fn concurrent_claims_of_a_case_leave_one_assignee() {
    let app = TestApp::start().await;
    let (plan, customer) = app.given(|given| {
        (
            given.undeliverable_plan("9.90"),
            given.user(UserRole::Customer),
        )
    });
    let admin = app.as_admin();
    sell(&app, &admin, plan, customer).await;
    let case = open(&admin, "paid_not_delivered").await.remove(0);
    let people: Vec<Client> = (0..8).map(|_| app.as_admin()).collect();
    let answers = futures_util::future::join_all(
        people
            .iter()
            .map(|one| run_action(one, &case, "claim", None)),
    )
    .await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
}
