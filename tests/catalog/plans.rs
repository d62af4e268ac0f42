//! Plans: created, edited, archived and restored; and the plans that a customer sees.

use crate::harness::TestApp;
use serde_json::{Value, json};
use wire::{Currency, ProblemCode, accounts::users::UserRole};

fn five_gb() -> Value {
    json!({ "name": "5 GB Europe", "data_limit_mb": "5000", "validity_days": 30, "regions": ["EUROPE", "US"] })
}

#[actix_web::test]
async fn plan_changes_are_audited() {
    let app = TestApp::start().await;
    let admin = app.as_admin();

    let answer = admin.post("/v1/plans", five_gb()).await;
    assert_eq!(answer.header("etag"), "\"v1\"");
    let path = answer.header("location").to_owned();
    let made = answer.expect(201);
    let changed = admin
        .patch(
            &path,
            1,
            json!({ "name": "5 GB Europe and US", "data_limit_mb": null }),
        )
        .await
        .expect(200);

    assert_eq!(path, format!("/v1/plans/{}", made["id"].as_str().unwrap()));
    assert_eq!(
        (
            &made["data_limit_mb"],
            &made["is_active"],
            &made["voice_minutes"],
            &made["regions"]
        ),
        (
            &json!("5000.00"),
            &json!(true),
            &json!(0),
            &json!(["EUROPE", "US"])
        )
    );
    assert_eq!(
        (
            &changed["name"],
            &changed["data_limit_mb"],
            &changed["validity_days"],
            &changed["version"]
        ),
        (
            &json!("5 GB Europe and US"),
            &Value::Null,
            &json!(30),
            &json!(2)
        )
    );
    assert_eq!(admin.get(&path).await.expect(200), changed);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'plan.create' AND change->'name'->>'after' = '5 GB Europe'"), 1);
    assert_eq!(app.count("SELECT count(*) FROM audit_log WHERE action = 'plan.edit' AND change->'data_limit_mb'->>'before' = '5000.00'"), 1);
}

#[actix_web::test]
async fn plan_edit_requires_the_current_etag() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.plan("9.90"));
    let path = format!("/v1/plans/{plan}");
    admin
        .patch(&path, 1, json!({ "validity_days": 15 }))
        .await
        .expect(200);

    admin
        .patch(&path, 1, json!({ "validity_days": 7 }))
        .await
        .problem(412, ProblemCode::Stale);
    admin
        .delete(&path, 1)
        .await
        .problem(412, ProblemCode::Stale);
    admin
        .send(reqwest::Method::PATCH, &path, Some(json!({})))
        .await
        .problem(428, ProblemCode::PreconditionRequired);
    admin
        .patch(&format!("/v1/plans/{}", wire::PlanId::new()), 1, json!({}))
        .await
        .problem(404, ProblemCode::NotFound);

    assert_eq!(admin.get(&path).await.expect(200)["validity_days"], 15);
}

#[actix_web::test]
async fn plan_rejects_invalid_fields() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (change, field) in [
        (json!({ "name": " " }), "name"),
        (json!({ "data_limit_mb": "0" }), "data_limit_mb"),
        (json!({ "validity_days": 0 }), "validity_days"),
        (json!({ "regions": [] }), "regions"),
        (json!({ "regions": ["XX"] }), "regions"),
        (json!({ "sms_count": -1 }), "sms_count"),
        (json!({ "version": 7 }), "version"),
    ] {
        let mut plan = five_gb();
        plan.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        admin.post("/v1/plans", plan).await.rejects_field(field);
    }
}

#[actix_web::test]
async fn archived_plan_is_not_sold_and_can_be_restored() {
    let app = TestApp::start().await;
    let (admin, customer) = (app.as_admin(), app.as_role(UserRole::Customer));
    let plan = app.given(|given| given.plan("9.90"));
    let path = format!("/v1/plans/{plan}");

    assert_eq!(admin.delete(&path, 1).await.status, 204);

    customer
        .get(&path)
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(admin.get("/v1/plans").await.expect(200)["data"], json!([]));
    assert_eq!(
        admin.get("/v1/plans?withdrawn=true").await.expect(200)["data"][0]["id"],
        json!(plan)
    );
    admin
        .get(&format!("{path}/quote"))
        .await
        .problem(422, ProblemCode::PlanNotOnSale);
    admin
        .patch(&path, 2, json!({ "validity_days": 7 }))
        .await
        .problem(404, ProblemCode::NotFound);
    let back = admin
        .send(reqwest::Method::POST, &format!("{path}/restore"), None)
        .await
        .expect(200);
    assert_eq!(
        (&back["deleted_at"], &back["is_active"]),
        (&Value::Null, &json!(false))
    );
    admin
        .send(reqwest::Method::POST, &format!("{path}/restore"), None)
        .await
        .problem(409, ProblemCode::WrongState);
    admin
        .patch(&path, 3, json!({ "is_active": true }))
        .await
        .expect(200);
    customer.get(&path).await.expect(200);
}

#[actix_web::test]
async fn customers_see_only_plans_on_sale() {
    let app = TestApp::start().await;
    let (admin, customer) = (app.as_admin(), app.as_role(UserRole::Customer));
    let now = app.ctx.clock.now();
    let (sold, unpriced, stopped, later) = app.given(|given| {
        let later = given.unpriced_plan("Later");
        given.price(
            later,
            "9.90",
            Currency::Usd,
            now + chrono::TimeDelta::days(1),
            None,
        );
        (
            given.plan("9.90"),
            given.unpriced_plan("Without a price"),
            given.plan("9.90"),
            later,
        )
    });
    admin
        .patch(
            &format!("/v1/plans/{stopped}"),
            1,
            json!({ "is_active": false }),
        )
        .await
        .expect(200);

    let seen = customer.get("/v1/plans").await.expect(200);

    assert_eq!(seen["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(seen["data"][0]["id"], json!(sold));
    for hidden in [unpriced, stopped, later] {
        customer
            .get(&format!("/v1/plans/{hidden}"))
            .await
            .problem(404, ProblemCode::NotFound);
    }
    customer
        .post("/v1/plans", five_gb())
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(
        customer.get("/v1/plans?withdrawn=true").await.expect(200)["data"],
        json!([])
    );
}

#[actix_web::test]
async fn plan_search_matches_name_and_region() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    admin.post("/v1/plans", five_gb()).await.expect(201);
    let mut other = five_gb();
    other.as_object_mut().unwrap().extend([
        ("name".into(), json!("100% Japan_")),
        ("regions".into(), json!(["JP"])),
    ]);
    admin.post("/v1/plans", other).await.expect(201);
    let names = async |query: &str| {
        let page = admin
            .get(&format!("/v1/plans?{query}&sort=name"))
            .await
            .expect(200);
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|plan| plan["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };

    assert_eq!(names("q=EUROPE").await, ["5 GB Europe"]);
    assert_eq!(names("q=0%25").await, ["100% Japan_"]);
    assert_eq!(names("q=n_").await, ["100% Japan_"]);
    assert_eq!(names("region=US").await, ["5 GB Europe"]);
    assert_eq!(names("region=JP&is_active=true").await, ["100% Japan_"]);
    assert_eq!(names("region=DE").await, Vec::<String>::new());
}

#[actix_web::test]
async fn plan_rejects_repeated_regions() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.plan("9.90"));
    for regions in [
        serde_json::json!(["FR", "FR"]),
        serde_json::json!(["EUROPE", "US", "EUROPE"]),
        serde_json::json!(["GLOBAL", "GLOBAL"]),
    ] {
        let new = serde_json::json!({ "name": "Twice", "validity_days": 7, "regions": regions });
        admin.post("/v1/plans", new).await.rejects_field("regions");
        admin
            .patch(
                &format!("/v1/plans/{plan}"),
                1,
                serde_json::json!({ "regions": regions }),
            )
            .await
            .rejects_field("regions");
    }
}
