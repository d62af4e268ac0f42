//! F1, the sale: ordered, paid, provisioned and delivered, each exactly once.

use crate::harness::{Client, TestApp};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    PlanId, ProblemCode, UserId, accounts::users::UserRole, billing::transactions::SimulatedOutcome,
};

/// Places an order as this client, with a new idempotency key.
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

/// Delivers a simulated outcome of an order's payment.
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
    app.run_all_jobs().await;
}

/// Returns the current state of an order.
pub async fn reload_order(client: &Client, order: &Value) -> Value {
    client
        .get(&format!("/v1/orders/{}", order["id"].as_str().unwrap()))
        .await
        .expect(200)
}

#[actix_web::test]
async fn sale_runs_from_order_to_outbox() {
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
    app.run_jobs().await;
    assert_eq!(
        reload_order(&admin, &placed).await["status"],
        "pending_payment",
        "a silent gateway moves nothing"
    );

    simulate(&app, &admin, &placed, SimulatedOutcome::Succeed).await;
    assert_eq!(reload_order(&admin, &placed).await["status"], "fulfilled");

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

    let what = admin
        .timeline(&format!("/v1/orders/{}", placed["id"].as_str().unwrap()))
        .await;
    assert_eq!(
        what,
        [
            "Order placed",
            "Payment opened",
            "Payment simulated",
            "Order paid",
            "Provisioned",
            "Order fulfilled",
            "Delivery email queued"
        ]
    );

    let emails = admin
        .get(&format!(
            "/v1/notifications?order_id={}",
            placed["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(emails["data"].as_array().unwrap().len(), 1);
    assert!(
        !emails.to_string().contains(&code),
        "the outbox shows no code"
    );
}

#[actix_web::test]
async fn order_keeps_its_terms_and_price() {
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
    let now = reload_order(&admin, &placed).await;
    assert_eq!(now["terms"], placed["terms"]);
    assert_eq!(now["total_amount"], "9.90");
}

#[actix_web::test]
async fn order_rejects_plans_that_cannot_be_sold() {
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
        .rejects_field("user_id");
    try_with(json!({ "user_id": customer, "plan_id": plan, "quantity": 0 }))
        .await
        .rejects_field("quantity");
    try_with(json!({ "user_id": customer, "plan_id": plan, "quantity": 51 }))
        .await
        .rejects_field("quantity");
    try_with(json!({ "user_id": customer, "plan_id": "not-an-id" }))
        .await
        .rejects_field("plan_id");
    try_with(json!({ "user_id": customer }))
        .await
        .rejects_field("plan_id");
    try_with(json!({ "user_id": customer, "plan_id": plan, "total_amount": "0.01" }))
        .await
        .rejects_field("total_amount");
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
async fn customers_order_for_themselves_and_see_only_own_orders() {
    let app = TestApp::start().await;
    let plan = app.given(|given| given.supplied_plan("9.90"));
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
        .rejects_field("user_id");
    let own = ada
        .with("idempotency-key", &Uuid::new_v4().to_string())
        .post("/v1/orders", json!({ "plan_id": plan }))
        .await
        .expect(201);
    assert_eq!(own["user_id"], json!(ada.id()));
    assert_eq!(
        own["unit_cost"],
        Value::Null,
        "customers do not see the cost"
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
