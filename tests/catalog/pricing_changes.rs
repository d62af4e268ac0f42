//! Bulk price changes: previewed, applied and undone together.

use crate::harness::TestApp;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use wire::{Currency, PlanId, ProblemCode, accounts::users::UserRole};

const CHANGES: &str = "/v1/pricing/changes";

fn by(adjust: Value, rounding: &str) -> Value {
    json!({ "rule": { "adjust": adjust, "rounding": rounding } })
}
fn with(mut value: Value, more: Value) -> Value {
    let fields = value.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    value
}
fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
fn rows<'a>(report: &'a Value, field: &str) -> Vec<&'a Value> {
    let all = report["rows"].as_array().unwrap();
    all.iter().map(|row| &row[field]).collect()
}
async fn sells(app: &TestApp, plan: PlanId, query: &str) -> Value {
    let quote = app
        .as_admin()
        .get(&format!("/v1/plans/{plan}/quote?{query}"))
        .await;
    quote.expect(200)["selling_price"].clone()
}

#[actix_web::test]
async fn price_change_can_be_previewed_and_undone() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (one, two) = app.given(|given| (given.plan("9.90"), given.plan("20.00")));
    app.given(|given| {
        given.price(
            one,
            "8.00",
            Currency::Eur,
            Utc::now() - TimeDelta::days(1),
            None,
        )
    });
    let change = with(
        by(json!({ "percent": "10" }), "ninety_nine"),
        json!({ "currency": "USD" }),
    );

    let shown = admin
        .post(&format!("{CHANGES}?dry_run=true"), change.clone())
        .await
        .expect(200);
    assert_eq!(rows(&shown, "before"), ["9.90", "20.00"]);
    assert_eq!(rows(&shown, "after"), ["10.99", "21.99"]);
    assert_eq!(rows(&shown, "margin_before"), ["79.80", "90.00"]);
    assert_eq!(rows(&shown, "margin_after"), ["81.80", "90.90"]);
    assert_eq!(
        (&shown["changed"], &shown["dry_run"], &shown["id"]),
        (&json!(2), &json!(true), &Value::Null)
    );
    assert_eq!(sells(&app, one, "").await, "9.90");

    let made = admin.post(CHANGES, change).await.expect(200);
    let path = format!("{CHANGES}/{}", made["id"].as_str().unwrap());
    assert_eq!(sells(&app, one, "").await, "10.99");
    assert_eq!(sells(&app, two, "").await, "21.99");
    assert_eq!(sells(&app, one, "currency=EUR").await, "8.00");
    let listed = admin.get(CHANGES).await.expect(200);
    assert_eq!(
        [
            &listed["data"][0]["prices"],
            &listed["data"][0]["rule"]["adjust"]["percent"],
            &listed["data"][0]["undone_at"]
        ],
        [&json!(2), &json!("10.00"), &Value::Null]
    );
    let set = admin
        .get(&format!(
            "/v1/pricing?change_id={}",
            made["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    assert_eq!(set["total"], 2);
    assert_ne!(set["data"][0]["replaces_id"], Value::Null);

    let undone = admin
        .send(reqwest::Method::POST, &format!("{path}/undo"), None)
        .await
        .expect(200);
    assert_ne!(undone["undone_at"], Value::Null);
    assert_eq!(sells(&app, one, "").await, "9.90");
    assert_eq!(sells(&app, two, "").await, "20.00");
    assert_eq!(
        app.count("SELECT count(*) FROM plan_pricing WHERE effective_to IS NULL"),
        3
    );
    admin
        .send(reqwest::Method::POST, &format!("{path}/undo"), None)
        .await
        .problem(409, ProblemCode::WrongState);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action IN ('price_change.apply', 'price_change.undo')"),
        2
    );
}

#[actix_web::test]
async fn undoing_a_scheduled_price_change_restores_prices() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.plan("9.90"));
    let later = app.ctx.clock.now() + TimeDelta::days(3);
    let change = with(
        by(json!({ "amount": "-1.40" }), "ninety"),
        json!({ "from": text(later), "plan_ids": [plan] }),
    );

    let made = admin.post(CHANGES, change).await.expect(200);

    assert_eq!(sells(&app, plan, "").await, "9.90");
    let at = format!("at={}", text(later + TimeDelta::hours(1)));
    assert_eq!(sells(&app, plan, &at).await, "8.90");
    let path = format!("{CHANGES}/{}/undo", made["id"].as_str().unwrap());
    admin
        .send(reqwest::Method::POST, &path, None)
        .await
        .expect(200);
    assert_eq!(sells(&app, plan, &at).await, "9.90");
    assert_eq!(app.count("SELECT count(*) FROM plan_pricing"), 1);
}

#[actix_web::test]
async fn undo_keeps_prices_changed_since() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.plan("9.90"));
    let made = admin
        .post(CHANGES, by(json!({ "percent": "10" }), "none"))
        .await
        .expect(200);
    let price = json!({ "plan_id": plan, "cost_price": "2.00", "selling_price": "15.00" });
    admin.post("/v1/pricing", price).await.expect(201);

    let path = format!("{CHANGES}/{}/undo", made["id"].as_str().unwrap());
    let refused = admin.send(reqwest::Method::POST, &path, None).await;

    let problem = refused.problem(409, ProblemCode::Conflict);
    assert!(
        problem["detail"].as_str().unwrap().contains("5 GB Europe"),
        "{problem}"
    );
    assert_eq!(sells(&app, plan, "").await, "15.00");
}

#[actix_web::test]
async fn low_margin_requires_a_reason_and_provider_minimum_is_enforced() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (cheap, bound) = app.given(|given| {
        let (cheap, bound, provider) = (
            given.plan("2.50"),
            given.plan("9.90"),
            given.provider("Freedom", 1),
        );
        given.offer(bound, provider, "eu-5");
        (cheap, bound)
    });
    app.execute("UPDATE plan_provider_offers SET minimum_price = 9.50");
    let low = with(
        by(json!({ "percent": "-17" }), "none"),
        json!({ "plan_ids": [cheap] }),
    );

    let shown = admin
        .post(&format!("{CHANGES}?dry_run=true"), low.clone())
        .await
        .expect(200);
    assert_eq!(
        (&shown["needs_reason"], &shown["rows"][0]["after"]),
        (&json!(true), &json!("2.08"))
    );
    admin
        .post(CHANGES, low.clone())
        .await
        .rejects_field("reason");
    let body = with(low, json!({ "reason": "Clearing stock" }));
    admin.post(CHANGES, body).await.expect(200);
    assert_eq!(sells(&app, cheap, "").await, "2.08");

    let below = with(
        by(json!({ "percent": "-10" }), "none"),
        json!({ "plan_ids": [bound], "reason": "A sale" }),
    );
    let shown = admin
        .post(&format!("{CHANGES}?dry_run=true"), below.clone())
        .await
        .expect(200);
    assert_eq!(shown["rows"][0]["problem"]["code"], "below_minimum");
    let price = shown["rows"][0]["price_id"].as_str().unwrap().to_owned();
    let refused = admin.post(CHANGES, below).await;
    refused.rejects_field(&format!("prices.{price}"));

    // The same holds for one price.
    let new = |price: &str, note: Value| json!({ "plan_id": bound, "cost_price": "9.40", "selling_price": price, "note": note });
    admin
        .post("/v1/pricing", new("9.49", json!("A sale")))
        .await
        .rejects_field("selling_price");
    admin
        .post("/v1/pricing", new("9.60", Value::Null))
        .await
        .rejects_field("note");
    admin
        .post("/v1/pricing", new("9.60", json!("A sale")))
        .await
        .expect(201);
    // Without a minimum margin of ours, only the cost counts.
    let setting = admin
        .get("/v1/settings/pricing.minimum_margin_percent")
        .await
        .expect(200);
    let version = setting["version"].as_i64().unwrap();
    admin
        .patch(
            "/v1/settings/pricing.minimum_margin_percent",
            version,
            json!({ "value": "0" }),
        )
        .await
        .expect(200);
    admin
        .post("/v1/pricing", new("9.50", Value::Null))
        .await
        .expect(201);
}

#[actix_web::test]
async fn price_change_rejects_invalid_input() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.plan("9.90"));
    let past = text(app.ctx.clock.now() - TimeDelta::days(1));
    let plus = || by(json!({ "percent": "10" }), "none");
    for (change, field) in [
        (
            by(json!({ "percent": "-100" }), "none"),
            "rule.adjust.percent",
        ),
        (by(json!({ "percent": "10" }), "up"), "rule.rounding"),
        (by(json!({ "half": "10" }), "none"), "rule.adjust"),
        (with(plus(), json!({ "plan_ids": [] })), "plan_ids"),
        (with(plus(), json!({ "region": "XX" })), "region"),
        (with(plus(), json!({ "from": past })), "from"),
        (with(plus(), json!({ "why": "no" })), "why"),
    ] {
        let answer = admin.post(CHANGES, change).await;
        let problem = answer.problem(422, ProblemCode::Invalid);
        let named = problem["errors"][0]["field"].as_str().unwrap();
        assert!(named.starts_with(field), "{named} is not {field}");
    }
    let gone = with(plus(), json!({ "price_ids": [wire::PriceId::new()] }));
    admin
        .post(CHANGES, gone)
        .await
        .problem(409, ProblemCode::Conflict);
    let same = with(
        by(json!({ "percent": "0" }), "none"),
        json!({ "plan_ids": [plan] }),
    );
    admin
        .post(CHANGES, same)
        .await
        .problem(409, ProblemCode::Conflict);
    let nothing = with(
        by(json!({ "amount": "-20" }), "none"),
        json!({ "reason": "No" }),
    );
    admin
        .post(CHANGES, nothing)
        .await
        .problem(422, ProblemCode::Invalid);
    let support = app.as_role(UserRole::Support);
    support
        .post(CHANGES, plus())
        .await
        .problem(403, ProblemCode::Forbidden);
    support
        .get(CHANGES)
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(app.count("SELECT count(*) FROM price_changes"), 0);
}

#[actix_web::test]
async fn price_change_preview_estimates_from_past_sales() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (plan, customer) =
        app.given(|given| (given.supplied_plan("9.90"), given.user(UserRole::Customer)));
    for quantity in [1, 3] {
        let order = json!({ "user_id": customer, "plan_id": plan, "quantity": quantity });
        admin
            .with("idempotency-key", &format!("sold-{quantity}"))
            .post("/v1/orders", order)
            .await
            .expect(201);
    }
    app.execute("UPDATE orders SET paid_at = now() - interval '2 days'");
    let change = by(json!({ "percent": "-81" }), "none");

    let shown = admin
        .post(&format!("{CHANGES}?dry_run=true"), change)
        .await
        .expect(200);

    assert_eq!(
        shown["back_test"],
        json!([{
            "currency": "USD", "orders": 2, "units": 4, "cost": "8.00",
            "revenue_before": "39.60", "revenue_after": "7.52", "margin_before": "31.60", "margin_after": "-0.48",
            "below_cost_before": 0, "below_cost_after": 2,
        }])
    );
}

#[actix_web::test]
async fn price_explanation_lists_every_candidate() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.plan("9.90"));
    let now = app.ctx.clock.now();
    let regional =
        json!({ "plan_id": plan, "region": "FR", "cost_price": "2.00", "selling_price": "7.90" });
    admin.post("/v1/pricing", regional).await.expect(201);
    let planned = json!({ "plan_id": plan, "cost_price": "2.00", "selling_price": "12.00", "effective_from": text(now + TimeDelta::days(2)) });
    admin.post("/v1/pricing", planned).await.expect(201);
    let reasons = |explanation: &Value| {
        let all = explanation["candidates"].as_array().unwrap();
        let one = |row: &Value| {
            let price = row["price"]["selling_price"].as_str().unwrap();
            format!("{price} {}", row["reason"].as_str().unwrap())
        };
        all.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let path = format!("/v1/plans/{plan}/quote/explained");

    let france = admin.get(&format!("{path}?region=FR")).await.expect(200);
    assert_eq!(reasons(&france), "7.90 taken, 12.00 ahead, 9.90 overruled");
    assert_eq!(france["price_id"], france["candidates"][0]["price"]["id"]);
    let japan = admin.get(&format!("{path}?region=JP")).await.expect(200);
    assert_eq!(reasons(&japan), "12.00 ahead, 9.90 taken");
    let later = text(now + TimeDelta::days(3));
    let later = admin.get(&format!("{path}?at={later}")).await.expect(200);
    assert_eq!(reasons(&later), "12.00 taken, 9.90 over");
    let euro = admin.get(&format!("{path}?currency=EUR")).await.expect(200);
    assert_eq!(
        (
            &euro["price_id"],
            euro["candidates"].as_array().map(Vec::len)
        ),
        (&Value::Null, Some(0))
    );
    let customer = app.as_role(UserRole::Customer);
    let seen = customer.get(&path).await.expect(200);
    assert_eq!(reasons(&seen), "9.90 taken");
    assert_eq!(seen["candidates"][0]["price"]["cost_price"], Value::Null);
    customer
        .get(&format!("{path}?at={}", text(now)))
        .await
        .rejects_field("at");
}
