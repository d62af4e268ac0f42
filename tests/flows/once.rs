//! Once, whoever presses how often: one eSIM, one order, one charge.

use super::purchase::order;
use crate::harness::TestApp;
use futures_util::future::join_all;
use serde_json::json;
use wire::{ProblemCode, UserId, accounts::users::UserRole};

#[actix_web::test]
async fn a_hundred_buyers_of_one_esim_get_one_and_no_one_else_is_charged_without_a_case() {
    let app = TestApp::with(&[("PAYMENT_SIMULATOR", "succeed")]).await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        plan
    });
    let customers: Vec<UserId> = (0..100)
        .map(|_| app.given(|given| given.user(UserRole::Customer)))
        .collect();
    let admin = app.as_admin();
    join_all(
        customers
            .iter()
            .map(|customer| order(&admin, plan, *customer, 1)),
    )
    .await;
    app.work_through().await;

    assert_eq!(
        app.count("SELECT count(*) FROM orders WHERE status = 'fulfilled'"),
        1
    );
    assert_eq!(
        app.count("SELECT count(*) FROM esims WHERE user_id IS NOT NULL"),
        1
    );
    assert_eq!(
        app.count("SELECT count(*) FROM orders WHERE status = 'failed' AND status_reason <> ''"),
        99
    );
    let uncovered = "SELECT count(*) FROM transactions t JOIN orders o ON o.id = t.order_id WHERE t.status = 'completed' AND o.status <> 'fulfilled' AND NOT EXISTS (SELECT 1 FROM reconciliation_cases c WHERE c.order_id = o.id AND c.status <> 'resolved')";
    assert_eq!(
        app.count(uncovered),
        0,
        "charged, but neither an eSIM nor a case"
    );
}

#[actix_web::test]
async fn buyers_whom_the_stock_does_not_serve_are_served_by_a_provider() {
    let app = TestApp::with(&[("PAYMENT_SIMULATOR", "succeed")]).await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        let provider = given.provider("Simulated", 1);
        given.offer(plan, provider, "eu-5gb");
        plan
    });
    let customers: Vec<UserId> = (0..20)
        .map(|_| app.given(|given| given.user(UserRole::Customer)))
        .collect();
    let admin = app.as_admin();
    join_all(
        customers
            .iter()
            .map(|customer| order(&admin, plan, *customer, 1)),
    )
    .await;
    app.work_through().await;

    assert_eq!(
        app.count("SELECT count(*) FROM orders WHERE status = 'fulfilled'"),
        20
    );
    assert_eq!(
        app.count("SELECT count(DISTINCT esim_id) FROM esim_bundles"),
        20
    );
    assert_eq!(app.supplier.purchases().len(), 19, "one came from stock");
    assert!(
        app.supplier.purchases().values().all(|times| *times == 1),
        "nobody was bought for twice"
    );
}

#[actix_web::test]
async fn one_key_sent_a_hundred_times_at_once_is_one_order_one_charge_one_esim() {
    let app = TestApp::with(&[("PAYMENT_SIMULATOR", "succeed")]).await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        for _ in 0..5 {
            given.stock(plan);
        }
        plan
    });
    let customer = app.given(|given| given.user(UserRole::Customer));
    let admin = app.as_admin().with("idempotency-key", "one-and-the-same");
    let body = json!({ "user_id": customer, "plan_id": plan });
    let answers = join_all((0..100).map(|_| admin.post("/v1/orders", body.clone()))).await;

    let made: Vec<&crate::harness::Answer> = answers
        .iter()
        .filter(|answer| answer.status == 201)
        .collect();
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer.status, 201 | 409))
    );
    assert_eq!(
        made.iter()
            .filter(|answer| answer.header("idempotency-replayed").is_empty())
            .count(),
        1,
        "one answer is the first"
    );
    assert!(
        made.windows(2).all(|pair| pair[0].bytes == pair[1].bytes),
        "and all are the same"
    );

    app.work_through().await;
    for table in ["orders", "transactions", "esim_bundles"] {
        assert_eq!(
            app.count(&format!("SELECT count(*) FROM {table}")),
            1,
            "{table}"
        );
    }
    assert_eq!(
        app.count("SELECT count(*) FROM esims WHERE user_id IS NOT NULL"),
        1
    );
    let again = admin.post("/v1/orders", body).await;
    assert_eq!(
        (again.status, again.header("idempotency-replayed")),
        (201, "true")
    );
}

#[actix_web::test]
async fn a_key_stands_for_one_request() {
    let app = TestApp::start().await;
    let plan = app.given(|given| given.plan("9.90"));
    let customer = app.given(|given| given.user(UserRole::Customer));
    let admin = app.as_admin();
    let body = json!({ "user_id": customer, "plan_id": plan });

    admin
        .post("/v1/orders", body.clone())
        .await
        .problem(400, ProblemCode::IdempotencyKeyMissing);
    admin
        .with("idempotency-key", &"k".repeat(256))
        .post("/v1/orders", body.clone())
        .await
        .problem(400, ProblemCode::IdempotencyKeyMissing);
    let keyed = admin.with("idempotency-key", "first");
    keyed.post("/v1/orders", body.clone()).await.expect(201);
    keyed
        .post(
            "/v1/orders",
            json!({ "user_id": customer, "plan_id": plan, "quantity": 2 }),
        )
        .await
        .problem(422, ProblemCode::IdempotencyKeyReused);
    // The same key of another caller is another key.
    app.as_admin()
        .with("idempotency-key", "first")
        .post("/v1/orders", body)
        .await
        .expect(201);
    assert_eq!(app.count("SELECT count(*) FROM orders"), 2);
}
