//! Stripe: our requests match those of Stripe's SDKs, and only signed webhooks are accepted.

use crate::{
    flows::purchase::{order, reload_order},
    harness::{Client, TestApp, peers::serve},
};
use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Bytes, Data, ServiceConfig},
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use wire::accounts::users::UserRole;

pub const SECRET: &str = "whsec_for_tests";

/// A request that the fake Stripe server received: method, path, idempotency key, form.
pub type Seen = (String, String, String, BTreeMap<String, String>);

/// Starts a server that answers as Stripe Checkout does and records the requests.
pub fn stand_in() -> (String, Arc<Mutex<Vec<Seen>>>) {
    let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let shared = Data::from(seen.clone());
    let address = serve(move |config: &mut ServiceConfig| {
        config
            .app_data(shared.clone())
            .default_service(web::to(answer));
    });
    (format!("{address}/"), seen)
}

async fn answer(request: HttpRequest, body: Bytes, seen: Data<Mutex<Vec<Seen>>>) -> HttpResponse {
    let form: BTreeMap<String, String> = url_decoded(&body);
    let key = request
        .headers()
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let reference = form.get("client_reference_id").cloned();
    seen.lock().unwrap().push((
        request.method().to_string(),
        request.path().to_owned(),
        key,
        form,
    ));
    HttpResponse::Ok().json(session(reference.as_deref()))
}

fn url_decoded(body: &[u8]) -> BTreeMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(body))).unwrap();
    url.query_pairs()
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect()
}

fn session(reference: Option<&str>) -> Value {
    json!({
        "id": "cs_test_1", "object": "checkout.session", "automatic_tax": { "enabled": false }, "created": 1, "custom_fields": [], "custom_text": {},
        "expires_at": 2, "livemode": false, "mode": "payment", "payment_method_types": ["card"], "payment_status": "unpaid", "shipping_options": [],
        "status": "open", "client_reference_id": reference, "url": "https://checkout.example.com/pay/cs_test_1",
    })
}

pub async fn signed(app: &TestApp, event: &Value, secret: &str) -> crate::harness::Answer {
    let (body, now) = (
        event.to_string().into_bytes(),
        app.ctx.clock.now().timestamp(),
    );
    let signature = platform::crypto::sign(
        secret.as_bytes(),
        &[now.to_string().as_bytes(), b".", &body].concat(),
    )
    .unwrap();
    let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    app.anonymous()
        .with("stripe-signature", &format!("t={now},v1={hex}"))
        .raw(
            Method::POST,
            "/v1/webhooks/stripe",
            "application/json",
            body,
        )
        .await
}

fn event(id: &str, kind: &str, reference: &str, change: Value) -> Value {
    let mut object = json!({ "id": "cs_test_1", "object": "checkout.session", "client_reference_id": reference, "amount_total": 990, "currency": "usd", "payment_status": "paid", "a_field_of_tomorrow": {} });
    for (key, value) in change.as_object().unwrap() {
        object[key] = value.clone();
    }
    json!({ "id": id, "object": "event", "type": kind, "data": { "object": object } })
}

/// Places an order for one eSIM at 9.90: returns it with the requests to Stripe.
pub async fn ordered() -> (TestApp, Arc<Mutex<Vec<Seen>>>, Client, Value) {
    let (base, seen) = stand_in();
    let app = TestApp::with_env(&[
        ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
        ("STRIPE_WEBHOOK_SECRET", SECRET),
        ("STRIPE_API_BASE", &base),
    ])
    .await;
    let plan = app.given(|given| {
        let plan = given.plan("9.90");
        given.stock(plan);
        plan
    });
    let customer = app.given(|given| given.user(UserRole::Customer));
    let admin = app.as_admin();
    let order = order(&admin, plan, customer, 1).await;
    app.run_jobs().await;
    (app, seen, admin, order)
}

#[actix_web::test]
async fn stripe_checkout_payment_delivers_the_esim() {
    let (app, seen, admin, order) = ordered().await;

    let payments = admin
        .get(&format!(
            "/v1/transactions?order_id={}",
            order["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let payment = &payments["data"][0];
    assert_eq!(
        (
            &payment["payment_gateway"],
            &payment["gateway_transaction_id"],
            &payment["checkout_url"]
        ),
        (
            &json!("stripe"),
            &json!("cs_test_1"),
            &json!("https://checkout.example.com/pay/cs_test_1")
        )
    );
    let reference = payment["id"].as_str().unwrap().to_owned();

    let (method, path, key, form) = seen.lock().unwrap()[0].clone();
    assert_eq!(
        (method.as_str(), path.as_str(), key),
        ("POST", "/v1/checkout/sessions", format!("open-{reference}"))
    );
    let title = format!(
        "{} ({})",
        order["terms"]["name"].as_str().unwrap(),
        order["order_number"].as_str().unwrap()
    );
    for (field, value) in [
        ("mode", "payment"),
        ("client_reference_id", reference.as_str()),
        ("metadata[transaction_id]", reference.as_str()),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][unit_amount]", "990"),
        (
            "line_items[0][price_data][product_data][name]",
            title.as_str(),
        ),
    ] {
        assert_eq!(
            form.get(field).map(String::as_str),
            Some(value),
            "{field} in {form:?}"
        );
    }

    // An unpaid completion, an event with a wrong signature and an event of another kind change nothing.
    signed(
        &app,
        &event(
            "evt_1",
            "checkout.session.completed",
            &reference,
            json!({ "payment_status": "unpaid" }),
        ),
        SECRET,
    )
    .await
    .expect(204);
    signed(
        &app,
        &event("evt_2", "checkout.session.completed", &reference, json!({})),
        "whsec_other",
    )
    .await
    .expect(401);
    signed(
        &app,
        &event("evt_3", "invoice.paid", &reference, json!({})),
        SECRET,
    )
    .await
    .expect(204);
    app.run_all_jobs().await;
    assert_eq!(
        reload_order(&admin, &order).await["status"],
        "pending_payment"
    );

    for _ in 0..3 {
        signed(
            &app,
            &event("evt_4", "checkout.session.completed", &reference, json!({})),
            SECRET,
        )
        .await
        .expect(204);
    }
    app.run_all_jobs().await;
    assert_eq!(reload_order(&admin, &order).await["status"], "fulfilled");
    assert_eq!(app.count("SELECT count(*) FROM esim_bundles"), 1);
    // An expiry event after the payment changes nothing.
    signed(
        &app,
        &event(
            "evt_5",
            "checkout.session.expired",
            &reference,
            json!({ "payment_status": "unpaid" }),
        ),
        SECRET,
    )
    .await
    .expect(204);
    assert_eq!(reload_order(&admin, &order).await["status"], "fulfilled");
}

#[actix_web::test]
async fn cancelled_order_expires_its_stripe_session() {
    let (base, seen) = stand_in();
    let app = TestApp::with_env(&[
        ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
        ("STRIPE_WEBHOOK_SECRET", SECRET),
        ("STRIPE_API_BASE", &base),
    ])
    .await;
    let plan = app.given(|given| given.supplied_plan("9.90"));
    let customer = app.given(|given| given.user(UserRole::Customer));
    let admin = app.as_admin();
    let order = order(&admin, plan, customer, 1).await;
    app.run_jobs().await;
    let payments = admin.get("/v1/transactions").await.expect(200);
    let simulate = format!(
        "/v1/transactions/{}/simulate",
        payments["data"][0]["id"].as_str().unwrap()
    );
    admin
        .post(&simulate, json!({ "outcome": "succeed" }))
        .await
        .problem(409, wire::ProblemCode::WrongState);

    admin
        .post(
            &format!("/v1/orders/{}/cancel", order["id"].as_str().unwrap()),
            json!({ "reason": "Changed their mind" }),
        )
        .await
        .expect(200);
    app.run_all_jobs().await;
    assert_eq!(
        seen.lock()
            .unwrap()
            .last()
            .map(|(_, path, _, _)| path.clone())
            .as_deref(),
        Some("/v1/checkout/sessions/cs_test_1/expire")
    );
}

#[actix_web::test]
async fn checkout_is_retried_when_the_gateway_is_unavailable() {
    let app = TestApp::with_env(&[
        ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
        ("STRIPE_WEBHOOK_SECRET", SECRET),
        ("STRIPE_API_BASE", "http://127.0.0.1:9/"),
    ])
    .await;
    let plan = app.given(|given| given.supplied_plan("9.90"));
    let customer = app.given(|given| given.user(UserRole::Customer));
    let admin = app.as_admin();
    let order = order(&admin, plan, customer, 1).await;
    app.run_jobs().await;
    assert_eq!(
        reload_order(&admin, &order).await["status"],
        "pending_payment"
    );
    assert_eq!(app.count("SELECT count(*) FROM jobs WHERE kind = 'transactions.open' AND status = 'queued' AND attempts = 1"), 1);
}
