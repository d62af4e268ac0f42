//! Idempotency: repeated and concurrent requests create one order, one charge and one eSIM.

use super::purchase::order;
use crate::harness::{Answer, Client, TestApp, drill::iterations};
use futures_util::future::join_all;
use serde_json::{Value, json};
use wire::{PlanId, ProblemCode, UserId, accounts::users::UserRole};

#[actix_web::test]
async fn hundred_buyers_of_one_esim_charge_one() {
    let app = TestApp::with_env(&[("PAYMENT_SIMULATOR", "succeed")]).await;
    let customers: Vec<UserId> = (0..100)
        .map(|_| app.given(|given| given.user(UserRole::Customer)))
        .collect();
    let admin = app.as_admin();
    for round in 1..=i64::try_from(iterations(1, 10)).unwrap() {
        let plan = app.given(|given| {
            let plan = given.plan("9.90");
            given.stock(plan);
            plan
        });
        let requests = customers.iter().map(async |customer| {
            let body = json!({ "user_id": customer, "plan_id": plan });
            let key = format!("{customer}-{round}");
            admin
                .with("idempotency-key", &key)
                .post("/v1/orders", body)
                .await
        });
        let (placed, refused): (Vec<Answer>, Vec<Answer>) = join_all(requests)
            .await
            .into_iter()
            .partition(|answer| answer.status == 201);
        assert_eq!((placed.len(), refused.len()), (1, 99));
        for answer in refused {
            answer.problem(409, ProblemCode::SoldOut);
        }
        app.run_all_jobs().await;
        for query in [
            "SELECT count(*) FROM orders",
            "SELECT count(*) FROM orders WHERE status = 'fulfilled'",
            "SELECT count(*) FROM esims WHERE user_id IS NOT NULL",
            "SELECT count(*) FROM transactions",
        ] {
            assert_eq!(app.count(query), round, "{query}");
        }
    }
}

#[actix_web::test]
async fn cancelled_order_releases_stock_to_the_next() {
    let app = TestApp::start().await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        plan
    });
    let customer = app.given(|given| given.user(UserRole::Customer));
    let admin = app.as_admin();
    let first = order(&admin, plan, customer, 1).await;
    let body = json!({ "user_id": customer, "plan_id": plan });
    admin
        .with("idempotency-key", "second")
        .post("/v1/orders", body.clone())
        .await
        .problem(409, ProblemCode::SoldOut);
    let id = first["id"].as_str().unwrap();
    let cancel = format!("/v1/orders/{id}/cancel");
    let why = json!({ "reason": "Changed their mind" });
    admin.post(&cancel, why).await.expect(200);
    admin
        .with("idempotency-key", "third")
        .post("/v1/orders", body)
        .await
        .expect(201);
}

#[actix_web::test]
async fn orders_beyond_stock_are_served_by_a_provider() {
    let app = TestApp::with_env(&[("PAYMENT_SIMULATOR", "succeed")]).await;
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
    app.run_all_jobs().await;

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
        app.supplier
            .purchases()
            .values()
            .all(|iterations| *iterations == 1),
        "no order was bought twice"
    );
}

#[actix_web::test]
async fn concurrent_requests_with_one_key_create_one_order() {
    let app = TestApp::with_env(&[("PAYMENT_SIMULATOR", "succeed")]).await;
    let rounds = iterations(2, 10);
    let (plan, customer) = app.given(|given| {
        let plan = given.plan("9.90");
        for _ in 0..rounds + 5 {
            given.stock(plan);
        }
        (plan, given.user(UserRole::Customer))
    });
    let body = json!({ "user_id": customer, "plan_id": plan });
    for round in 1..=rounds {
        let admin = app.as_admin().with("idempotency-key", "one-and-the-same");
        let answers = join_all((0..100).map(|_| admin.post("/v1/orders", body.clone()))).await;
        one_answer(&answers);
        app.run_all_jobs().await;
        for table in [
            "orders",
            "transactions",
            "esim_bundles",
            "esims WHERE user_id IS NOT NULL",
        ] {
            let rows = app.count(&format!("SELECT count(*) FROM {table}"));
            assert_eq!(usize::try_from(rows), Ok(round), "{table}");
        }
        let again = admin.post("/v1/orders", body.clone()).await;
        assert_eq!(
            (again.status, again.header("idempotency-replayed")),
            (201, "true")
        );
    }
}

/// Checks that one response is the first, and the others repeat it or report that it is still running.
fn one_answer(answers: &[Answer]) {
    let made: Vec<&Answer> = answers
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
}

#[actix_web::test]
async fn idempotency_key_rejects_a_different_request() {
    let app = TestApp::start().await;
    let plan = app.given(|given| given.supplied_plan("9.90"));
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
        .problem(400, ProblemCode::IdempotencyKeyInvalid);
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

async fn keyed(client: &Client, body: &Value) -> Answer {
    client
        .with("idempotency-key", "kept")
        .post("/v1/orders", body.clone())
        .await
}

fn order_body(app: &TestApp) -> Value {
    let (plan, customer): (PlanId, UserId) =
        app.given(|given| (given.supplied_plan("9.90"), given.user(UserRole::Customer)));
    json!({ "user_id": customer, "plan_id": plan })
}

#[actix_web::test]
async fn idempotency_key_survives_restart_and_expires_after_a_day() {
    let app = TestApp::start().await;
    let (body, admin) = (order_body(&app), app.as_admin());
    let first = keyed(&admin, &body).await;
    assert_eq!(first.status, 201, "{}", first.text());

    let restarted = app.second_server(&[]);
    let again = keyed(&restarted.as_user(admin.id()), &body).await;
    assert_eq!(
        (again.status, again.header("idempotency-replayed")),
        (201, "true")
    );
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(again.header("location"), first.header("location"));

    let kept = "SELECT count(*) FROM idempotency_keys WHERE expires_at > now() + interval '23 hours 55 minutes'";
    assert_eq!(app.count(kept), 1);
    app.execute("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'");
    let after_expiry = keyed(&admin, &body).await;
    assert_eq!(
        (
            after_expiry.status,
            after_expiry.header("idempotency-replayed")
        ),
        (201, "")
    );
    assert_ne!(after_expiry.json()["id"], first.json()["id"]);
    assert_eq!(app.count("SELECT count(*) FROM orders"), 2);
}

#[actix_web::test]
async fn idempotency_key_conflicts_while_the_request_runs() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let (body, admin) = (order_body(&app), app.as_admin());
    let mut other = app.database.connect();
    other
        .batch_execute("BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        .expect("nothing is written for now");
    let first = {
        let (admin, body) = (admin.clone(), body.clone());
        actix_web::rt::spawn(async move { keyed(&admin, &body).await })
    };
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'orders'::regclass";
    while app.count(waits) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    keyed(&admin, &body)
        .await
        .problem(409, ProblemCode::StillRunning);
    other.batch_execute("COMMIT").expect("go on");
    first.await.expect("it is answered").expect(201);
    assert_eq!(keyed(&admin, &body).await.status, 201);
    assert_eq!(app.count("SELECT count(*) FROM orders"), 1);
}
