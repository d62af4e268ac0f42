//! Simulated providers, which a server in production rejects.

use super::providers::freedom;
use crate::harness::TestApp;
use serde_json::json;
use wire::{ProblemCode, accounts::users::UserRole};

/// The environment of a server in production, with a gateway that no test reaches.
pub const PRODUCTION: [(&str, &str); 5] = [
    ("APP_ENV", "production"),
    ("PUBLIC_URL", "https://admin.example.com"),
    ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_for_tests"),
    ("STRIPE_API_BASE", "http://127.0.0.1:9/"),
];

#[actix_web::test]
async fn simulated_provider_is_rejected_in_production() {
    let app = TestApp::start().await;
    let (plan, customer) = app.given(|given| {
        let plan = given.supplied_plan("9.90");
        (plan, given.user(UserRole::Customer))
    });
    let production = app.second_server(&PRODUCTION);
    let admin = production.as_admin();
    admin
        .post("/v1/providers", freedom())
        .await
        .rejects_field("adapter");

    // A provider that was stored in development is neither offered, nor used, nor activated again.
    let stored = admin.get("/v1/providers").await.expect(200)["data"][0].clone();
    let provider = stored["id"].as_str().unwrap();
    let offer = json!({ "plan_id": plan, "provider_id": provider, "sku": "ok-2", "cost": "2.00" });
    admin
        .post("/v1/provider-offers", offer)
        .await
        .rejects_field("provider_id");
    for path in ["/v1/plans/import", "/v1/price-lists"] {
        let list = json!([{ "sku": "a", "name": "A", "data_limit_mb": 1000, "days": 7, "regions": "FR", "cost_price": "1.00", "selling_price": "5.00" }]);
        admin
            .post(&format!("{path}?provider_id={provider}"), list)
            .await
            .rejects_field("provider_id");
    }
    let place = format!("/v1/providers/{provider}");
    admin
        .patch(&place, 1, json!({ "is_active": false }))
        .await
        .expect(200);
    admin
        .patch(&place, 2, json!({ "is_active": true }))
        .await
        .rejects_field("is_active");
    app.execute("UPDATE data_providers SET is_active = true");
    let order_body =
        json!({ "user_id": customer, "plan_id": plan, "payment_method": "bank_transfer" });
    admin
        .with("idempotency-key", "production-1")
        .post("/v1/orders", order_body)
        .await
        .problem(409, ProblemCode::SoldOut);

    // Nor are payments simulated there.
    production
        .anonymous()
        .post("/v1/webhooks/simulator", json!({}))
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn production_order_does_not_use_a_simulated_provider() {
    let app = TestApp::start().await;
    let (plan, customer) = app.given(|given| {
        let plan = given.supplied_plan("9.90");
        (plan, given.user(UserRole::Customer))
    });
    let order = crate::flows::purchase::order(&app.as_admin(), plan, customer, 1).await;
    let production = app.second_server(&PRODUCTION);
    crate::flows::purchase::simulate(
        &app,
        &app.as_admin(),
        &order,
        wire::billing::transactions::SimulatedOutcome::Decline,
    )
    .await;
    // The order is paid, and a server in production provisions it.
    app.execute("UPDATE transactions SET status = 'completed', completed_at = now()");
    app.execute("UPDATE orders SET status = 'paid', paid_at = now()");
    let id: wire::OrderId = serde_json::from_value(order["id"].clone()).unwrap();
    production
        .ctx
        .db
        .write(move |tx| {
            integrations::allocations::queue(tx, id, 1)?;
            platform::jobs::enqueue(
                tx,
                &billing::fulfillment::Provision {
                    order: id,
                    unit_no: 1,
                },
            )
        })
        .await
        .unwrap();
    production.run_all_jobs().await;
    assert!(production.supplier.purchases().is_empty());
    assert_eq!(app.count("SELECT count(*) FROM provisioning_attempts"), 0);
    assert_eq!(
        app.count("SELECT count(*) FROM orders WHERE status = 'failed'"),
        1
    );
}
