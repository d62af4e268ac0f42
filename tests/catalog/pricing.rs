//! Prices: one at a time, editable only before their start, and the quote that selects among them.

use crate::harness::TestApp;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use wire::{Currency, PlanId, ProblemCode, accounts::users::UserRole};

pub fn price(plan: PlanId, selling: &str) -> Value {
    json!({ "plan_id": plan, "cost_price": "4.00", "selling_price": selling })
}
pub fn with(mut value: Value, more: Value) -> Value {
    value
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    value
}
pub fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}

#[actix_web::test]
async fn new_price_ends_the_previous_one() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.unpriced_plan("Plan"));
    let first = admin
        .post("/v1/pricing", price(plan, "8.00"))
        .await
        .expect(201);

    let second = admin
        .post("/v1/pricing", price(plan, "9.00"))
        .await
        .expect(201);

    assert_eq!(
        (
            &second["region"],
            &second["currency"],
            &second["markup_percentage"],
            &second["plan_name"]
        ),
        (
            &json!("GLOBAL"),
            &json!("USD"),
            &json!("125.00"),
            &json!("Plan")
        )
    );
    let ended = admin
        .get(&format!("/v1/pricing/{}", first["id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(ended["effective_to"], second["effective_from"]);
    assert_eq!(
        admin
            .get(&format!("/v1/plans/{plan}/quote"))
            .await
            .expect(200)["price_id"],
        second["id"]
    );
    let listed = admin
        .get(&format!(
            "/v1/pricing?plan_id={plan}&region=GLOBAL&currency=USD,EUR"
        ))
        .await
        .expect(200);
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action IN ('price.create', 'price.end')"),
        3
    );
}

#[actix_web::test]
async fn prices_never_overlap() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.unpriced_plan("Plan"));
    let now = app.ctx.clock.now();
    let day = |days: i64| text(now + TimeDelta::days(days));
    admin
        .post(
            "/v1/pricing",
            with(
                price(plan, "8.00"),
                json!({ "effective_from": day(5), "effective_to": day(10) }),
            ),
        )
        .await
        .expect(201);

    for (from, to) in [(4, Some(6)), (6, Some(7)), (9, None), (1, None)] {
        let mut clashing = with(price(plan, "9.00"), json!({ "effective_from": day(from) }));
        if let Some(to) = to {
            clashing = with(clashing, json!({ "effective_to": day(to) }));
        }
        let problem = admin
            .post("/v1/pricing", clashing)
            .await
            .problem(409, ProblemCode::Conflict);
        assert!(
            problem["detail"].as_str().unwrap().contains(&day(5)[..19]),
            "{problem}"
        );
    }
    admin
        .post(
            "/v1/pricing",
            with(
                price(plan, "9.00"),
                json!({ "effective_from": day(4), "effective_to": day(5) }),
            ),
        )
        .await
        .expect(201);
    admin
        .post(
            "/v1/pricing",
            with(price(plan, "9.00"), json!({ "effective_from": day(10) })),
        )
        .await
        .expect(201);
    admin
        .post(
            "/v1/pricing",
            with(
                price(plan, "9.00"),
                json!({ "effective_from": day(6), "region": "EUROPE" }),
            ),
        )
        .await
        .expect(201);
    assert_eq!(app.count("SELECT count(*) FROM plan_pricing"), 4);
}

#[actix_web::test]
async fn price_below_cost_requires_a_reason() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.unpriced_plan("Plan"));

    admin
        .post("/v1/pricing", price(plan, "3.99"))
        .await
        .rejects_field("note");
    admin
        .post(
            "/v1/pricing",
            with(price(plan, "3.99"), json!({ "note": "Opening week" })),
        )
        .await
        .expect(201);
    admin
        .post(
            "/v1/pricing",
            with(price(plan, "500.50"), json!({ "currency": "JPY" })),
        )
        .await
        .rejects_field("selling_price");
    admin
        .post("/v1/pricing", price(PlanId::new(), "9.00"))
        .await
        .rejects_field("plan_id");
}

#[actix_web::test]
async fn active_price_can_only_be_ended() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.unpriced_plan("Plan"));
    let now = app.ctx.clock.now();
    let (running, ahead) = app.given(|given| {
        let to = now + TimeDelta::days(2);
        (
            given.price(
                plan,
                "8.00",
                Currency::Usd,
                now - TimeDelta::days(1),
                Some(to),
            ),
            given.price(plan, "9.00", Currency::Usd, to, None),
        )
    });
    let (running, ahead) = (
        format!("/v1/pricing/{running}"),
        format!("/v1/pricing/{ahead}"),
    );

    admin
        .patch(&running, 1, json!({ "selling_price": "7.00" }))
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .patch(&running, 1, json!({ "effective_to": null }))
        .await
        .problem(409, ProblemCode::Conflict);
    let sooner = text(now + TimeDelta::days(1));
    admin
        .patch(&running, 1, json!({ "effective_to": sooner }))
        .await
        .expect(200);
    let cheaper = admin
        .patch(&ahead, 1, json!({ "selling_price": "7.00" }))
        .await
        .expect(200);
    assert_eq!(
        (&cheaper["selling_price"], &cheaper["version"]),
        (&json!("7.00"), &json!(2))
    );
    admin
        .patch(&ahead, 1, json!({ "selling_price": "6.00" }))
        .await
        .problem(412, ProblemCode::Stale);

    assert_eq!(admin.delete(&running, 2).await.status, 204);
    assert_eq!(admin.delete(&ahead, 2).await.status, 204);
    admin.get(&ahead).await.problem(404, ProblemCode::NotFound);
    admin
        .delete(&running, 3)
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .get(&format!("/v1/plans/{plan}/quote"))
        .await
        .problem(422, ProblemCode::PlanNotOnSale);
}

#[actix_web::test]
async fn quote_uses_the_most_specific_current_price() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.plan("9.90"));
    let now = app.ctx.clock.now();
    admin
        .post(
            "/v1/pricing",
            with(price(plan, "7.50"), json!({ "region": "FR" })),
        )
        .await
        .expect(201);
    app.given(|given| given.price(plan, "11.00", Currency::Eur, now + TimeDelta::days(1), None));
    let quote = async |query: &str| admin.get(&format!("/v1/plans/{plan}/quote?{query}")).await;

    let picked = |answer: Value| (answer["region"].clone(), answer["selling_price"].clone());
    assert_eq!(
        picked(quote("").await.expect(200)),
        (json!("GLOBAL"), json!("9.90"))
    );
    assert_eq!(
        picked(quote("region=FR").await.expect(200)),
        (json!("FR"), json!("7.50"))
    );
    assert_eq!(
        picked(quote("region=DE").await.expect(200)),
        (json!("GLOBAL"), json!("9.90"))
    );
    quote("currency=EUR")
        .await
        .problem(422, ProblemCode::PlanNotOnSale);
    let tomorrow = (now + TimeDelta::days(2)).to_rfc3339_opts(SecondsFormat::Secs, true);
    assert_eq!(
        picked(
            quote(&format!("currency=EUR&at={tomorrow}"))
                .await
                .expect(200)
        ),
        (json!("GLOBAL"), json!("11.00"))
    );
    admin
        .get(&format!("/v1/plans/{}/quote", PlanId::new()))
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn costs_are_hidden_without_permission() {
    let app = TestApp::start().await;
    let plan = app.given(|given| given.plan("9.90"));
    let now = app.ctx.clock.now();
    app.given(|given| given.price(plan, "5.00", Currency::Eur, now + TimeDelta::days(1), None));

    for role in [UserRole::Support, UserRole::Customer] {
        let client = app.as_role(role);
        let quote = client
            .get(&format!("/v1/plans/{plan}/quote"))
            .await
            .expect(200);
        assert_eq!(
            (&quote["cost_price"], &quote["selling_price"]),
            (&Value::Null, &json!("9.90")),
            "{role}"
        );
        let listed = client.get("/v1/pricing").await.expect(200);
        for row in listed["data"].as_array().unwrap() {
            assert_eq!(
                (&row["cost_price"], &row["markup_percentage"]),
                (&Value::Null, &Value::Null),
                "{role}"
            );
        }
        assert_eq!(
            listed["data"].as_array().map(Vec::len),
            Some(if role == UserRole::Customer { 1 } else { 2 }),
            "{role}"
        );
    }
    app.as_role(UserRole::Customer)
        .get(&format!("/v1/plans/{plan}/quote?at=2030-01-01T00:00:00Z"))
        .await
        .rejects_field("at");
    assert_eq!(
        app.as_admin()
            .get(&format!("/v1/plans/{plan}/quote"))
            .await
            .expect(200)["cost_price"],
        json!("2.00")
    );
}
