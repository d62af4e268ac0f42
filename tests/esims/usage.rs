//! The usage of an eSIM, by bundle.

use crate::harness::TestApp;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn usage_shows_used_bytes_of_each_bundle() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (plan, customer) = (
        app.stocked_plan("9.90"),
        app.given(|given| given.user(UserRole::Customer)),
    );
    let (order, _) = crate::billing::refunds::sell(&app, &admin, plan, customer).await;
    let found = admin
        .get(&format!(
            "/v1/esims?order_id={}",
            order["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let path = format!(
        "/v1/esims/{}/usage",
        found["data"][0]["id"].as_str().unwrap()
    );
    let fresh = admin.get(&path).await.expect(200);
    assert_eq!(
        (
            &fresh["bundles"][0]["used_bytes"],
            &fresh["bundles"][0]["order_number"]
        ),
        (&json!(0), &order["order_number"])
    );
    assert_eq!(fresh["last_reading"], Value::Null);

    app.execute(
        "UPDATE esim_bundles SET status = 'active', used_bytes = 1000000, starts_at = now(), expires_at = now() + interval '3 days'",
    );
    app.execute(
        "INSERT INTO esim_data_usage (id, esim_id, used_bytes, period_start, period_end, recorded_at) \
         SELECT gen_random_uuid(), esim_id, 2000000, date_trunc('month', now()), date_trunc('month', now()) + interval '1 month', now() FROM esim_bundles",
    );
    let used = admin.get(&path).await.expect(200);
    assert_eq!(used["bundles"][0]["used_bytes"], 2_000_000);
    assert_eq!(used["bundles"][0]["status"], "active");
    assert_eq!(used["last_reading"]["used_bytes"], 2_000_000);
    app.as_user(customer).get(&path).await.expect(200);
    app.as_role(UserRole::Customer)
        .get(&path)
        .await
        .problem(404, ProblemCode::NotFound);
}
