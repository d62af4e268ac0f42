//! Sales by an API client: to its own customers only, and without access to other customers.

use crate::{
    flows::purchase::{order, simulate},
    harness::{Client, TestApp},
};
use serde_json::{Value, json};
use wire::{
    Permission, PlanId, ProblemCode, UserId,
    accounts::{
        api_clients::{ApiClientMode, grantable},
        users::UserRole,
    },
    billing::transactions::SimulatedOutcome,
};

fn all_scopes() -> Vec<Permission> {
    grantable().collect()
}

async fn customer(program: &Client, email: &str) -> UserId {
    let new = json!({ "email": email, "first_name": "Ada", "last_name": "Lovelace" });
    let made = program.post("/v1/users", new).await.expect(201);
    serde_json::from_value(made["id"].clone()).expect("an id")
}

fn sold(app: &TestApp) -> PlanId {
    app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        given.stock(plan);
        plan
    })
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

async fn total(program: &Client, path: &str) -> i64 {
    program.get(path).await.expect(200)["total"]
        .as_i64()
        .expect("a total")
}

#[actix_web::test]
async fn api_client_sells_an_esim_to_its_own_customer() {
    let app = TestApp::start().await;
    let plan = sold(&app);
    let (client, program) = app.as_client(&all_scopes());
    let (_, stranger) = app.as_client(&all_scopes());

    let ada = customer(&program, "ada@example.com").await;
    assert_eq!(program.get("/v1/plans").await.expect(200)["total"], 1);
    let quote = program
        .get(&format!("/v1/plans/{plan}/quote"))
        .await
        .expect(200);
    assert_eq!(quote["selling_price"], "9.90");
    let placed = order(&program, plan, ada, 1).await;
    simulate(&app, &app.as_admin(), &placed, SimulatedOutcome::Succeed).await;

    let order_at = format!("/v1/orders/{}", id(&placed));
    let fulfilled = program.get(&order_at).await.expect(200);
    assert_eq!(
        (
            &fulfilled["status"],
            &fulfilled["customer"],
            &fulfilled["unit_cost"]
        ),
        (&json!("fulfilled"), &json!("Ada Lovelace"), &Value::Null)
    );
    assert!(
        fulfilled["created_by"].is_null(),
        "no user has placed the order"
    );
    let esim = id(&program.get("/v1/esims").await.expect(200)["data"][0]);
    let payment = id(&program.get("/v1/transactions").await.expect(200)["data"][0]);
    let paths = [
        format!("/v1/users/{ada}"),
        order_at.clone(),
        format!("{order_at}/timeline"),
        format!("/v1/transactions/{payment}"),
        format!("/v1/esims/{esim}"),
        format!("/v1/esims/{esim}/history"),
        format!("/v1/esims/{esim}/qr.svg"),
        format!("/v1/esims/{esim}/qr.png"),
    ];
    for path in &paths {
        assert_eq!(program.get(path).await.status, 200, "{path}");
        stranger.get(path).await.problem(404, ProblemCode::NotFound);
    }
    let reveal = format!("/v1/esims/{esim}/reveal");
    let opened = program
        .post(&reveal, json!({ "reason": "Delivery" }))
        .await
        .expect(200);
    assert!(
        opened["activation_code"]
            .as_str()
            .is_some_and(|code| code.starts_with("LPA:1$"))
    );
    stranger
        .post(&reveal, json!({}))
        .await
        .problem(404, ProblemCode::NotFound);
    for list in ["/v1/users", "/v1/orders", "/v1/transactions", "/v1/esims"] {
        assert_eq!(
            (total(&program, list).await, total(&stranger, list).await),
            (1, 0),
            "{list}"
        );
        assert_eq!(
            total(&stranger, &format!("{list}?q=ada")).await,
            0,
            "{list}"
        );
    }
    assert_eq!(
        total(&stranger, &format!("/v1/orders?user_id={ada}")).await,
        0
    );
    assert_eq!(
        total(&stranger, &format!("/v1/esims?order_id={}", id(&placed))).await,
        0
    );
    let logged = format!(
        "SELECT count(*) FROM audit_log WHERE client_id = '{client}' AND actor_id IS NULL AND action IN ('user.create', 'order.place', 'esim.reveal')"
    );
    assert!(app.count(&logged) >= 2, "the client is audited");
    let seen = format!("SELECT count(*) FROM pii_access_log WHERE client_id = '{client}'");
    assert!(app.count(&seen) >= 1);
}

#[actix_web::test]
async fn api_client_cannot_sell_to_other_customers() {
    let app = TestApp::start().await;
    let plan = sold(&app);
    let (_, program) = app.as_client(&all_scopes());
    let (_, stranger) = app.as_client(&all_scopes());
    let ada = customer(&program, "ada@example.com").await;
    let ours = app.given(|given| given.user(UserRole::Customer));
    let placed = order(&program, plan, ada, 1).await;

    for user in [ada, ours, UserId::new()] {
        stranger
            .with("idempotency-key", &UserId::new().to_string())
            .post("/v1/orders", json!({ "user_id": user, "plan_id": plan }))
            .await
            .rejects_field("user_id");
    }
    stranger
        .with("idempotency-key", "without a customer")
        .post("/v1/orders", json!({ "plan_id": plan }))
        .await
        .rejects_field("user_id");
    let cancel = format!("/v1/orders/{}/cancel", id(&placed));
    let why = json!({ "reason": "Changed their mind" });
    stranger
        .post(&cancel, why.clone())
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(
        program.post(&cancel, why).await.expect(200)["status"],
        "cancelled"
    );
    let edit = json!({ "first_name": "Augusta" });
    let path = format!("/v1/users/{ada}");
    stranger
        .patch(&path, 1, edit.clone())
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(
        program.patch(&path, 1, edit).await.expect(200)["first_name"],
        "Augusta"
    );
    assert_eq!(total(&app.as_admin(), "/v1/users?role=customer").await, 2);
}

#[actix_web::test]
async fn idempotency_keys_are_separate_for_each_api_client() {
    let app = TestApp::start().await;
    let plan = sold(&app);
    let mut orders = Vec::new();
    for email in ["ada@example.com", "bob@example.com"] {
        let (_, program) = app.as_client(&all_scopes());
        let program = program.with("idempotency-key", "the same for both");
        let body = json!({ "user_id": customer(&program, email).await, "plan_id": plan });
        let first = program.post("/v1/orders", body.clone()).await.expect(201);
        let again = program.post("/v1/orders", body).await;
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(again.expect(201), first);
        orders.push(id(&first));
    }
    assert_ne!(orders[0], orders[1]);
}

#[actix_web::test]
async fn test_mode_orders_are_rejected_with_a_real_gateway() {
    let real = [
        ("STRIPE_SECRET_KEY", "sk_test_x"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_x"),
    ];
    for (vars, status) in [(&[][..], 201), (&real[..], 403)] {
        let app = TestApp::with_env(vars).await;
        let plan = sold(&app);
        let place = async |mode: ApiClientMode, email: &str| {
            let (_, key) = app.given(|given| given.api_client(mode, &all_scopes()));
            let program = app.with_key(&key);
            let ada = customer(&program, email).await;
            let body = json!({ "user_id": ada, "plan_id": plan });
            let once = program.with("idempotency-key", email);
            (ada, once.post("/v1/orders", body).await)
        };

        let (trial, answer) = place(ApiClientMode::Test, "ada@example.com").await;
        assert_eq!(answer.status, status, "{}", answer.text());
        if status == 403 {
            let problem = answer.problem(403, ProblemCode::Forbidden);
            assert!(
                problem["detail"].as_str().unwrap().contains("test mode"),
                "{problem}"
            );
            let by_staff = app.as_admin().with("idempotency-key", "staff");
            let body = json!({ "user_id": trial, "plan_id": plan });
            by_staff
                .post("/v1/orders", body)
                .await
                .problem(403, ProblemCode::Forbidden);
            assert_eq!(app.count("SELECT count(*) FROM orders"), 0);
        }
        place(ApiClientMode::Live, "bob@example.com")
            .await
            .1
            .expect(201);
    }
}

#[actix_web::test]
async fn api_key_cannot_call_operations_for_users() {
    let app = TestApp::start().await;
    let (_, program) = app.as_client(&all_scopes());
    for path in [
        "/v1/sessions",
        "/v1/api-clients",
        "/v1/plans/export",
        "/v1/users/export",
    ] {
        let problem = program.get(path).await.problem(403, ProblemCode::Forbidden);
        assert!(
            problem["detail"].as_str().unwrap().contains("cannot have"),
            "{path}: {problem}"
        );
    }
}
