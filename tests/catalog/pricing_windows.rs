//! The period and the region of a price: it starts now or later, and lies within the coverage of its plan.

use super::pricing::{price, text, with};
use crate::harness::TestApp;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

#[actix_web::test]
async fn price_rejects_a_start_in_the_past() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.unpriced_plan("Plan"));
    let now = Utc::now();
    app.ctx.clock.set(now);
    let first = admin
        .post("/v1/pricing", price(plan, "4.90"))
        .await
        .expect(201);
    let later = now + TimeDelta::days(30);
    app.ctx.clock.set(later);
    let quote = async |at: DateTime<Utc>| {
        let path = format!("/v1/plans/{plan}/quote?at={}", text(at));
        admin.get(&path).await.expect(200)["selling_price"].clone()
    };
    let earlier = later - TimeDelta::days(5);
    assert_eq!(quote(earlier).await, "4.90");
    for from in [
        later - TimeDelta::days(10),
        later - TimeDelta::seconds(1),
        now - TimeDelta::days(1),
    ] {
        // The same holds with an end, for a region and in another currency.
        for more in [
            json!({}),
            json!({ "effective_to": text(later + TimeDelta::days(1)) }),
            json!({ "effective_to": text(from + TimeDelta::milliseconds(500)) }),
            json!({ "region": "DE" }),
            json!({ "currency": "EUR" }),
        ] {
            let new = with(price(plan, "7.77"), json!({ "effective_from": text(from) }));
            admin
                .post("/v1/pricing", with(new, more))
                .await
                .rejects_field("effective_from");
        }
    }
    assert_eq!(quote(earlier).await, "4.90");

    // A future price cannot move into the past, and a price in effect cannot end in the past.
    let from = later + TimeDelta::days(2);
    let ahead = with(price(plan, "8.00"), json!({ "effective_from": text(from) }));
    let ahead = admin.post("/v1/pricing", ahead).await.expect(201);
    let path = format!("/v1/pricing/{}", ahead["id"].as_str().unwrap());
    for past in [later - TimeDelta::days(1), later - TimeDelta::seconds(1)] {
        admin
            .patch(&path, 1, json!({ "effective_from": text(past) }))
            .await
            .rejects_field("effective_from");
    }
    let first = format!("/v1/pricing/{}", first["id"].as_str().unwrap());
    let version = admin.get(&first).await.expect(200)["version"]
        .as_i64()
        .unwrap();
    admin
        .patch(
            &first,
            version,
            json!({ "effective_to": text(later - TimeDelta::days(1)) }),
        )
        .await
        .rejects_field("effective_to");
    admin.delete(&first, version).await.expect(204);
    assert_eq!(quote(earlier).await, "4.90");
    assert_eq!(
        app.count(&format!(
            "SELECT count(*) FROM plan_pricing WHERE plan_id = '{plan}' AND effective_from < now()"
        )),
        1
    );
}

#[actix_web::test]
async fn price_rejects_regions_outside_the_plan_coverage() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.unpriced_plan("Plan"));
    app.execute(&format!(
        "UPDATE plans SET regions = '[\"FR\", \"CARIBBEAN\"]' WHERE id = '{plan}'"
    ));
    for region in ["US", "DE", "ASIA", "OCEANIA"] {
        let new = with(price(plan, "9.00"), json!({ "region": region }));
        admin.post("/v1/pricing", new).await.rejects_field("region");
    }
    for region in ["FR", "CARIBBEAN", "JM", "EUROPE", "GLOBAL"] {
        let new = with(price(plan, "9.00"), json!({ "region": region }));
        admin.post("/v1/pricing", new).await.expect(201);
    }
}
