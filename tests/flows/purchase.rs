//! F1, the sale: ordered, paid, provisioned, delivered; each exactly once, whoever presses how often.

use crate::harness::{Client, TestApp};
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    PlanId, ProblemCode, UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome,
};

/// Places an order as this client, under a new key.
pub async fn order(client: &Client, plan: PlanId, user: UserId, quantity: i32) -> Value {
    client
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post(
            "/v1/orders",
            json!({ "user_id": user, "plan_id": plan, "quantity": quantity }),
        )
        .await
        .expect(201)
}

/// Has the simulator tell an outcome for an order's payment.
pub async fn simulate(app: &TestApp, client: &Client, order: &Value, outcome: SimulatedOutcome) {
    let payments = client
        .get(&format!(
            "/v1/transactions?order_id={}",
            order["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let payment = payments["data"][0]["id"].as_str().unwrap().to_owned();
    client
        .post(
            &format!("/v1/transactions/{payment}/simulate"),
            json!({ "outcome": outcome }),
        )
        .await
        .expect(200);
    app.work_through().await;
}

/// An order as it stands now.
pub async fn reread(client: &Client, order: &Value) -> Value {
    client
        .get(&format!("/v1/orders/{}", order["id"].as_str().unwrap()))
        .await
        .expect(200)
}

#[actix_web::test]
async fn a_sale_runs_from_the_order_to_the_outbox() {
    let app = TestApp::start().await;
    let (plan, code) = app.given(|given| {
        let plan = given.plan("9.90");
        (plan, given.stock(plan).1)
    });
    let customer =
        app.given(|given| given.person(UserRole::Customer, "ada@example.com", "Ada", "Lovelace"));
    let admin = app.as_admin();

    let placed = order(&admin, plan, customer, 1).await;
    assert_eq!(
        (
            &placed["status"],
            &placed["total_amount"],
            &placed["customer"]
        ),
        (
            &json!("pending_payment"),
            &json!("9.90"),
            &json!("Ada Lovelace")
        )
    );
    app.work().await;
    assert_eq!(
        reread(&admin, &placed).await["status"],
        "pending_payment",
        "a silent gateway moves nothing"
    );

    simulate(&app, &admin, &placed, SimulatedOutcome::Succeed).await;
    assert_eq!(reread(&admin, &placed).await["status"], "fulfilled");

    let esims = admin
        .get(&format!(
            "/v1/esims?order_id={}",
            placed["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(esims["data"][0]["user_id"], json!(customer));
    assert_eq!(esims["data"][0]["status"], "available");
    let revealed = admin
        .post(
            &format!(
                "/v1/esims/{}/reveal",
                esims["data"][0]["id"].as_str().unwrap()
            ),
            json!({ "reason": "test" }),
        )
        .await
        .expect(200);
    assert_eq!(revealed["activation_code"], json!(code));

    let steps = admin
        .get(&format!(
            "/v1/orders/{}/timeline",
            placed["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let what: Vec<&str> = steps["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["what"].as_str())
        .collect();
    assert_eq!(
        what,
        [
            "ordered",
            "payment opened",
            "simulated",
            "paid",
            "provisioned",
            "fulfilled",
            "delivery waits"
        ]
    );

    let letters = admin
        .get(&format!(
            "/v1/notifications?order_id={}",
            placed["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(letters["data"].as_array().unwrap().len(), 1);
    assert!(
        !letters.to_string().contains(&code),
        "the outbox shows no code"
    );
}

#[actix_web::test]
async fn the_terms_and_the_price_are_frozen_with_the_order() {
    let app = TestApp::start().await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        plan
    });
    let customer = app.given(|given| given.user(UserRole::Customer));
    let admin = app.as_admin();
    let placed = order(&admin, plan, customer, 1).await;

    admin
        .patch(
            &format!("/v1/plans/{plan}"),
            1,
            json!({ "name": "Renamed", "validity_days": 1 }),
        )
        .await
        .expect(200);
    let now = reread(&admin, &placed).await;
    assert_eq!(now["terms"], placed["terms"]);
    assert_eq!(now["total_amount"], "9.90");
}

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
        app.count(
            "SELECT count(*) FROM orders WHERE status = 'needs_review' AND status_reason <> ''"
        ),
        99
    );
    let uncovered = "SELECT count(*) FROM transactions t JOIN orders o ON o.id = t.order_id WHERE t.status = 'completed' AND o.status NOT IN ('fulfilled', 'needs_review')";
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

#[actix_web::test]
async fn what_cannot_be_sold_is_refused_and_nothing_is_written() {
    let app = TestApp::start().await;
    let (plan, unpriced) = app.given(|given| (given.plan("9.90"), given.unpriced_plan("No price")));
    let customer = app.given(|given| given.user(UserRole::Customer));
    let admin = app
        .as_admin()
        .with("idempotency-key", &Uuid::new_v4().to_string());
    let try_with = async |body: Value| admin.post("/v1/orders", body).await;

    try_with(json!({ "user_id": customer, "plan_id": unpriced }))
        .await
        .problem(422, ProblemCode::PlanNotOnSale);
    try_with(json!({ "user_id": customer, "plan_id": Uuid::now_v7() }))
        .await
        .problem(422, ProblemCode::PlanNotOnSale);
    try_with(json!({ "user_id": Uuid::now_v7(), "plan_id": plan }))
        .await
        .refuses("user_id");
    try_with(json!({ "user_id": customer, "plan_id": plan, "quantity": 0 }))
        .await
        .refuses("quantity");
    try_with(json!({ "user_id": customer, "plan_id": plan, "quantity": 51 }))
        .await
        .refuses("quantity");
    try_with(json!({ "user_id": customer, "plan_id": "not-an-id" }))
        .await
        .refuses("plan_id");
    try_with(json!({ "user_id": customer }))
        .await
        .refuses("plan_id");
    try_with(json!({ "user_id": customer, "plan_id": plan, "total_amount": "0.01" }))
        .await
        .refuses("total_amount");
    try_with(json!({ "user_id": customer, "plan_id": plan, "currency": "EUR" }))
        .await
        .problem(422, ProblemCode::PlanNotOnSale);
    for table in ["orders", "transactions", "idempotency_keys", "jobs"] {
        assert_eq!(
            app.count(&format!("SELECT count(*) FROM {table}")),
            0,
            "{table}"
        );
    }
}

#[actix_web::test]
async fn customers_order_for_themselves_and_see_nobody_else() {
    let app = TestApp::start().await;
    let plan = app.given(|given| given.plan("9.90"));
    let (ada, bob) = (
        app.as_role(UserRole::Customer),
        app.as_role(UserRole::Customer),
    );
    let key = Uuid::new_v4().to_string();

    ada.with("idempotency-key", &key)
        .post(
            "/v1/orders",
            json!({ "user_id": bob.id(), "plan_id": plan }),
        )
        .await
        .refuses("user_id");
    let own = ada
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/orders", json!({ "plan_id": plan }))
        .await
        .expect(201);
    assert_eq!(own["user_id"], json!(ada.id()));
    assert_eq!(
        own["unit_cost"],
        Value::Null,
        "what it costs us is not the customer's business"
    );
    let path = format!("/v1/orders/{}", own["id"].as_str().unwrap());
    ada.get(&path).await.expect(200);
    bob.get(&path).await.problem(404, ProblemCode::NotFound);
    bob.get(&format!("{path}/timeline"))
        .await
        .problem(404, ProblemCode::NotFound);
    bob.post(&format!("{path}/cancel"), json!({ "reason": "mine?" }))
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(bob.get("/v1/orders").await.expect(200)["data"], json!([]));
    assert_eq!(
        bob.get(&format!("/v1/orders?user_id={}", ada.id()))
            .await
            .expect(200)["data"],
        json!([])
    );
}
