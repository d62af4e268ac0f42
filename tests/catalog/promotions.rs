//! Promotions: single codes and batches, permissions, and the reasons why a code does not apply.

use crate::harness::TestApp;
use chrono::{SecondsFormat, TimeDelta};
use serde_json::{Value, json};
use std::collections::HashSet;
use wire::{ProblemCode, accounts::users::UserRole};

/// Returns a promotion of ten percent that ends in 30 days.
pub fn ten_percent(app: &TestApp, code: &str) -> Value {
    json!({ "code": code, "discount_type": "percentage", "discount_value": "10.00", "valid_to": day(app, 30) })
}

/// Returns the time in this many days.
pub fn day(app: &TestApp, days: i64) -> String {
    let at = app.ctx.clock.now() + TimeDelta::days(days);
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// Returns a JSON object with changed fields.
pub fn with(mut value: Value, more: Value) -> Value {
    let fields = more.as_object().unwrap().clone();
    value.as_object_mut().unwrap().extend(fields);
    value
}

#[actix_web::test]
async fn promotion_code_cannot_be_reused_after_deletion() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = admin
        .post("/v1/promotions", ten_percent(&app, " spring-10 "))
        .await
        .expect(201);
    assert_eq!(
        (&made["code"], &made["used_count"], &made["is_active"]),
        (&json!("SPRING-10"), &json!(0), &json!(true))
    );
    admin
        .post("/v1/promotions", ten_percent(&app, "Spring-10"))
        .await
        .rejects_field("code");
    let path = format!("/v1/promotions/{}", made["id"].as_str().unwrap());

    let edited = admin
        .patch(
            &path,
            1,
            json!({ "is_active": false, "campaign": "Spring" }),
        )
        .await
        .expect(200);
    assert_eq!(
        (&edited["is_active"], &edited["version"]),
        (&json!(false), &json!(2))
    );
    admin
        .patch(&path, 1, json!({ "is_active": true }))
        .await
        .problem(412, ProblemCode::Stale);
    for (edit, field) in [
        (json!({ "discount_type": "fixed_amount" }), "currency"),
        (json!({ "discount_value": "100.01" }), "discount_value"),
        (json!({ "valid_to": "2020-01-01T00:00:00Z" }), "valid_to"),
        (json!({ "used_count": 0 }), "used_count"),
        (json!({ "code": "OTHER" }), "code"),
    ] {
        admin.patch(&path, 2, edit).await.rejects_field(field);
    }

    admin.delete(&path, 2).await;
    let not_deleted = admin.get("/v1/promotions").await.expect(200);
    assert_eq!(not_deleted["total"], 0);
    let deleted = admin.get("/v1/promotions?deleted=true").await.expect(200);
    assert_eq!(deleted["data"][0]["code"], "SPRING-10");
    admin
        .post("/v1/promotions", ten_percent(&app, "SPRING-10"))
        .await
        .rejects_field("code");
    let restored = admin
        .post(&format!("{path}/restore"), json!({}))
        .await
        .expect(200);
    assert_eq!(restored["is_active"], false, "a restored code is inactive");
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action LIKE 'promotion.%'"),
        4
    );
}

#[actix_web::test]
async fn promotion_rejects_invalid_fields() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.plan("9.90"));
    let good = ten_percent(&app, "GOOD");
    for (change, field) in [
        (json!({ "code": "NO SPACES" }), "code"),
        (json!({ "code": "AB" }), "code"),
        (json!({ "code": "ÄÖÜ" }), "code"),
        (json!({ "discount_value": "0.00" }), "discount_value"),
        (json!({ "discount_value": "100.01" }), "discount_value"),
        (json!({ "discount_type": "fixed_amount" }), "currency"),
        (json!({ "min_spend": "5.00" }), "currency"),
        (
            json!({ "discount_type": "fixed_amount", "currency": "JPY", "discount_value": "0.50" }),
            "discount_value",
        ),
        (json!({ "max_uses": 0 }), "max_uses"),
        (json!({ "per_user_limit": -1 }), "per_user_limit"),
        (json!({ "valid_to": day(&app, -1) }), "valid_to"),
        (json!({ "valid_from": day(&app, 31) }), "valid_to"),
        (json!({ "applicable_plans": [] }), "applicable_plans"),
        (
            json!({ "applicable_plans": [plan, uuid::Uuid::nil()] }),
            "applicable_plans",
        ),
        (json!({ "used_count": 7 }), "used_count"),
    ] {
        let answer = admin
            .post("/v1/promotions", with(good.clone(), change))
            .await;
        answer.rejects_field(field);
    }
    assert_eq!(app.count("SELECT count(*) FROM promotional_codes"), 0);
    let made_up = with(good, json!({ "code": null, "applicable_plans": [plan] }));
    let made = admin.post("/v1/promotions", made_up).await.expect(201);
    assert_eq!(made["code"].as_str().map(str::len), Some(10));
}

#[actix_web::test]
async fn promotion_batch_creates_1000_codes_and_exports_them() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let many = json!({ "count": 1000, "prefix": "fly-", "campaign": "Flyer 2026", "discount_type": "fixed_amount", "discount_value": "2.00", "currency": "USD", "valid_to": day(&app, 30) });
    let batch = admin
        .post("/v1/promotions/generate", many.clone())
        .await
        .expect(200);
    let codes: HashSet<&str> = batch["codes"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!((codes.len(), &batch["count"]), (1000, &json!(1000)));
    assert!(
        codes
            .iter()
            .all(|code| code.starts_with("FLY-") && code.len() == 14)
    );

    let list = "campaign=Flyer%202026";
    let listed = admin
        .get(&format!("/v1/promotions?{list}&limit=1"))
        .await
        .expect(200);
    assert_eq!(
        (&listed["total"], &listed["data"][0]["max_uses"]),
        (&json!(1000), &json!(1))
    );
    let csv = admin
        .get(&format!("/v1/promotions/export?format=csv&{list}"))
        .await;
    assert_eq!(csv.text().lines().count(), 1001);
    for (change, field) in [
        (json!({ "count": 1001 }), "count"),
        (json!({ "count": 0 }), "count"),
        (json!({ "prefix": "A B" }), "prefix"),
        (json!({ "campaign": "" }), "campaign"),
    ] {
        admin
            .post("/v1/promotions/generate", with(many.clone(), change))
            .await
            .rejects_field(field);
    }
    assert_eq!(app.count("SELECT count(*) FROM promotional_codes"), 1000);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'promotion.generate'"),
        1
    );
}

#[actix_web::test]
async fn promotion_list_shows_status_and_uses() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.supplied_plan("9.90"));
    for (code, change) in [
        ("RUNNING", json!({ "campaign": "Spring sale" })),
        ("AHEAD", json!({ "valid_from": day(&app, 5) })),
        (
            "OVER",
            json!({ "valid_from": day(&app, -5), "valid_to": day(&app, -1) }),
        ),
        ("OFF", json!({ "is_active": false })),
        ("SPENT", json!({ "max_uses": 1 })),
        ("DIFFERENT", json!({ "applicable_plans": [plan] })),
    ] {
        let new = with(ten_percent(&app, code), change);
        admin.post("/v1/promotions", new).await.expect(201);
    }
    app.execute("UPDATE promotional_codes SET used_count = 1 WHERE code = 'SPENT'");
    let other = app.given(|given| given.supplied_plan("9.90"));
    for (query, expected) in [
        ("state=running", vec!["DIFFERENT", "RUNNING"]),
        ("state=scheduled", vec!["AHEAD"]),
        ("state=ended", vec!["OVER"]),
        ("state=off", vec!["OFF"]),
        ("state=used_up", vec!["SPENT"]),
        ("q=run", vec!["RUNNING"]),
        ("q=SALE", vec!["RUNNING"]),
        ("q=%25", vec![]),
        (&format!("state=running&plan_id={other}"), vec!["RUNNING"]),
        (
            &format!("valid_at={}&sort=-code", day(&app, 6).replace('+', "%2B")),
            vec!["SPENT", "RUNNING", "OFF", "DIFFERENT", "AHEAD"],
        ),
    ] {
        let sort = if query.contains("sort") {
            ""
        } else {
            "&sort=code"
        };
        let list = admin
            .get(&format!("/v1/promotions?{query}{sort}"))
            .await
            .expect(200);
        let codes: Vec<&str> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|row| row["code"].as_str())
            .collect();
        assert_eq!(codes, expected, "{query}");
    }
}

#[actix_web::test]
async fn promotion_check_returns_discount_or_reasons() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (plan, other) = app.given(|given| (given.plan("9.95"), given.plan("1.00")));
    let customer = app.given(|given| given.user(UserRole::Customer));
    let strict = json!({ "code": "STRICT", "discount_type": "fixed_amount", "discount_value": "5.00", "currency": "USD", "min_spend": "15.00", "valid_from": day(&app, 1), "valid_to": day(&app, 2), "applicable_plans": [other] });
    let good = ten_percent(&app, "GOOD");
    for new in [strict, good] {
        admin.post("/v1/promotions", new).await.expect(201);
    }
    let asked = |code: &str, quantity: i32| json!({ "code": code, "plan_id": plan, "quantity": quantity, "user_id": customer });
    let support = app.as_role(UserRole::Support);

    let yes = support
        .post("/v1/promotions/check", asked("good", 2))
        .await
        .expect(200);
    assert_eq!(
        (
            &yes["applies"],
            &yes["amount"],
            &yes["discount_amount"],
            &yes["net_amount"]
        ),
        (
            &json!(true),
            &json!("19.90"),
            &json!("1.99"),
            &json!("17.91")
        )
    );
    let no = support
        .post("/v1/promotions/check", asked("strict", 1))
        .await
        .expect(200);
    assert_eq!(no["applies"], false);
    assert_eq!(
        no["reasons"],
        json!(["not_begun", "other_plan", "below_minimum"])
    );
    assert_eq!(no["discount_amount"], "0.00");
    let unknown = support
        .post("/v1/promotions/check", asked("nothing", 1))
        .await
        .expect(200);
    assert_eq!(unknown["reasons"], json!(["unknown"]));

    app.as_role(UserRole::Customer)
        .post("/v1/promotions/check", asked("good", 1))
        .await
        .problem(403, ProblemCode::Forbidden);
    support
        .post("/v1/promotions", ten_percent(&app, "MINE"))
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(
        app.count("SELECT count(*) FROM promo_redemptions"),
        0,
        "a check reserves no use"
    );
}
