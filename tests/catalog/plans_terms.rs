//! The terms of a plan, search by country, copies, and bulk actions.

use crate::harness::TestApp;
use serde_json::{Value, json};
use wire::ProblemCode;

fn full_plan() -> Value {
    json!({
        "name": "Unlimited France", "data_limit_mb": null, "validity_days": 10, "regions": ["FR"],
        "validity_policy": "installation", "activate_within_days": 90, "daily_limit_mb": "2000", "throttled_kbps": 512,
        "hotspot_allowed": false, "apn": "internet.example", "kyc_required": true,
    })
}
fn with(mut value: Value, more: Value) -> Value {
    let fields = value.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    value
}
fn names(page: &Value) -> Vec<&str> {
    let rows = page["data"].as_array().unwrap().iter();
    rows.map(|row| row["name"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn plan_has_validity_start_and_fair_use_terms() {
    let app = TestApp::start().await;
    let admin = app.as_admin();

    let made = admin.post("/v1/plans", full_plan()).await.expect(201);
    let path = format!("/v1/plans/{}", made["id"].as_str().unwrap());

    for (field, value) in full_plan().as_object().unwrap() {
        if field != "daily_limit_mb" {
            assert_eq!(&made[field], value, "{field}");
        }
    }
    assert_eq!(made["daily_limit_mb"], "2000.00");
    let plain = with(full_plan(), json!({ "name": "Plain" }));
    let mut plain = plain.as_object().unwrap().clone();
    plain.retain(|field, _| ["name", "validity_days", "regions"].contains(&field.as_str()));
    let plain = admin
        .post("/v1/plans", Value::Object(plain))
        .await
        .expect(201);
    assert_eq!(
        (
            &plain["validity_policy"],
            &plain["hotspot_allowed"],
            &plain["kyc_required"]
        ),
        (&json!("first_use"), &json!(true), &json!(false))
    );
    let edit = json!({ "apn": null, "daily_limit_mb": null, "throttled_kbps": null, "validity_policy": "purchase" });
    let changed = admin.patch(&path, 1, edit).await.expect(200);
    assert_eq!(
        (
            &changed["apn"],
            &changed["daily_limit_mb"],
            &changed["validity_policy"],
            &changed["kyc_required"]
        ),
        (&Value::Null, &Value::Null, &json!("purchase"), &json!(true))
    );
    let of = async |query: &str| {
        let page = admin.get(&format!("/v1/plans?{query}")).await.expect(200);
        names(&page).join(", ")
    };
    assert_eq!(
        of("validity_policy=purchase,installation").await,
        "Unlimited France"
    );
    assert_eq!(of("kyc_required=false").await, "Plain");
    assert_eq!(of("hotspot_allowed=false").await, "Unlimited France");
    assert_eq!(of("unlimited=false").await, "");
}

#[actix_web::test]
async fn plan_rejects_contradictory_terms() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (change, field) in [
        (json!({ "validity_policy": "whenever" }), "validity_policy"),
        (json!({ "activate_within_days": 0 }), "activate_within_days"),
        (json!({ "daily_limit_mb": "0" }), "daily_limit_mb"),
        (json!({ "throttled_kbps": -1 }), "throttled_kbps"),
        (json!({ "apn": "not an apn" }), "apn"),
        (json!({ "apn": "" }), "apn"),
    ] {
        let made = admin
            .post("/v1/plans", with(full_plan(), change.clone()))
            .await;
        made.rejects_field(field);
        let plan = app.given(|given| given.plan("9.90"));
        let edited = admin.patch(&format!("/v1/plans/{plan}"), 1, change).await;
        edited.rejects_field(field);
    }
}

#[actix_web::test]
async fn order_keeps_the_terms_of_its_plan() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = admin
        .post(
            "/v1/plans",
            with(full_plan(), json!({ "kyc_required": false })),
        )
        .await
        .expect(201);
    let price = json!({ "plan_id": plan["id"], "cost_price": "4.00", "selling_price": "9.00" });
    admin.post("/v1/pricing", price).await.expect(201);
    let customer = app.given(|given| given.user(wire::accounts::users::UserRole::Customer));
    let id = wire::Param::parse(plan["id"].as_str().unwrap()).unwrap();
    app.given(|given| given.stock(id));

    let order = admin
        .with("idempotency-key", "terms")
        .post(
            "/v1/orders",
            json!({ "user_id": customer, "plan_id": plan["id"] }),
        )
        .await
        .expect(201);
    let path = format!("/v1/plans/{}", plan["id"].as_str().unwrap());
    let edit = json!({ "apn": null, "validity_policy": "purchase", "hotspot_allowed": true });
    admin.patch(&path, 1, edit).await.expect(200);

    let order = admin
        .get(&format!("/v1/orders/{}", order["id"].as_str().unwrap()))
        .await
        .expect(200);
    let terms = &order["terms"];
    assert_eq!(
        [
            &terms["validity_policy"],
            &terms["activate_within_days"],
            &terms["daily_limit_mb"],
            &terms["throttled_kbps"],
            &terms["hotspot_allowed"],
            &terms["apn"],
            &terms["kyc_required"]
        ],
        [
            &json!("installation"),
            &json!(90),
            &json!("2000.00"),
            &json!(512),
            &json!(false),
            &json!("internet.example"),
            &json!(false)
        ]
    );
    // An order from before the server stored these terms.
    app.execute("UPDATE orders SET terms = terms - 'validity_policy' - 'apn' - 'hotspot_allowed' - 'kyc_required' - 'daily_limit_mb' - 'throttled_kbps' - 'activate_within_days'");
    let listed = admin.get("/v1/orders").await.expect(200);
    assert_eq!(listed["data"][0]["terms"]["validity_policy"], Value::Null);
}

#[actix_web::test]
async fn country_search_finds_plans_by_any_name() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    for (name, regions) in [
        ("France", json!(["FR"])),
        ("Europe", json!(["US", "EUROPE"])),
        ("Global", json!(["GLOBAL"])),
        ("Japan", json!(["JP"])),
    ] {
        let plan = json!({ "name": name, "validity_days": 7, "regions": regions });
        admin.post("/v1/plans", plan).await.expect(201);
    }
    let of = async |country: &str| {
        let page = admin
            .get(&format!("/v1/plans?country={country}&sort=name"))
            .await
            .expect(200);
        names(&page).join(", ")
    };
    assert_eq!(of("FR").await, "Europe, France, Global");
    assert_eq!(of("US").await, "Europe, Global");
    assert_eq!(of("JP").await, "Global, Japan");
    assert_eq!(of("AQ").await, "Global");
    for wrong in ["EUROPE", "fr", "XX"] {
        let answer = admin.get(&format!("/v1/plans?country={wrong}")).await;
        answer.rejects_field("country");
    }
}

#[actix_web::test]
async fn copied_plan_has_the_same_terms_and_is_not_on_sale() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = admin.post("/v1/plans", full_plan()).await.expect(201);
    let path = format!("/v1/plans/{}", plan["id"].as_str().unwrap());

    let answer = admin
        .send(reqwest::Method::POST, &format!("{path}/duplicate"), None)
        .await;
    assert!(answer.header("location").starts_with("/v1/plans/"));
    let copy = answer.expect(201);

    assert_eq!(copy["name"], "Copy of Unlimited France");
    assert_eq!(
        (&copy["is_active"], &copy["version"]),
        (&json!(false), &json!(1))
    );
    for same in [
        "validity_policy",
        "apn",
        "daily_limit_mb",
        "regions",
        "kyc_required",
    ] {
        assert_eq!(copy[same], plan[same], "{same}");
    }
    assert_ne!(copy["id"], plan["id"]);
    assert_eq!(admin.delete(&path, 1).await.status, 204);
    admin
        .send(reqwest::Method::POST, &format!("{path}/duplicate"), None)
        .await
        .problem(404, ProblemCode::NotFound);
}

#[actix_web::test]
async fn bulk_plan_action_reports_each_plan_separately() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (one, two, gone) = app.given(|given| (given.plan("9"), given.plan("9"), given.plan("9")));
    assert_eq!(
        admin.delete(&format!("/v1/plans/{gone}"), 1).await.status,
        204
    );
    let unknown = wire::PlanId::new();
    let many = async |action: Value, ids: Value| {
        let answer = admin
            .post("/v1/plans/bulk", json!({ "action": action, "ids": ids }))
            .await
            .expect(207);
        let rows = answer["data"].as_array().unwrap().clone();
        let results = rows
            .iter()
            .map(|row| row["problem"]["code"].as_str().unwrap_or("done").to_owned());
        results.collect::<Vec<_>>().join(" ")
    };

    assert_eq!(
        many(
            json!({ "set_validity_days": 45 }),
            json!([one, gone, unknown, two])
        )
        .await,
        "done not_found not_found done"
    );
    assert_eq!(
        app.count("SELECT count(*) FROM plans WHERE validity_days = 45"),
        2
    );
    assert_eq!(
        many(json!({ "set_topup_allowed": false }), json!([one])).await,
        "done"
    );
    assert_eq!(
        many(json!({ "set_validity_policy": "purchase" }), json!([one])).await,
        "done"
    );
    assert_eq!(
        many(json!("deactivate"), json!([one, two])).await,
        "done done"
    );
    assert_eq!(many(json!("activate"), json!([one])).await, "done");
    assert_eq!(
        many(json!("withdraw"), json!([two, gone])).await,
        "done not_found"
    );
    assert_eq!(
        many(json!("restore"), json!([two, one])).await,
        "done wrong_state"
    );
    let plan = admin.get(&format!("/v1/plans/{one}")).await.expect(200);
    assert_eq!(
        (
            &plan["is_active"],
            &plan["topup_allowed"],
            &plan["validity_policy"]
        ),
        (&json!(true), &json!(false), &json!("purchase"))
    );
    assert_eq!(
        app.count(&format!(
            "SELECT count(*) FROM audit_log WHERE action = 'plan.edit' AND subject_id = '{one}'"
        )),
        5
    );
    for (body, field) in [
        (
            json!({ "action": { "set_validity_days": 0 }, "ids": [one] }),
            "action",
        ),
        (json!({ "action": "explode", "ids": [one] }), "action"),
        (json!({ "action": "activate", "ids": [] }), "ids"),
    ] {
        admin
            .post("/v1/plans/bulk", body)
            .await
            .rejects_field(field);
    }
}

#[actix_web::test]
async fn exported_plans_can_be_edited_and_imported() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = admin.post("/v1/plans", full_plan()).await.expect(201);
    let place = format!("/v1/plans/{}", plan["id"].as_str().unwrap());
    let send = async |query: &str, csv: &str| {
        let path = format!("/v1/plans/sheet{query}");
        let bytes = csv.as_bytes().to_vec();
        admin
            .raw(reqwest::Method::POST, &path, "text/csv", bytes)
            .await
    };
    let csv = admin.get("/v1/plans/export").await.text();

    let same = send("", &csv).await.expect(200);
    assert_eq!(
        (&same["unchanged"], &same["updated"]),
        (&json!(1), &json!(0))
    );
    let edited = csv
        .replace("Unlimited France", "Endless France")
        .replace("internet.example", "");
    let edited = edited.replace("[\"\"FR\"\"]", "FR;EUROPE");
    let dry = send("?dry_run=true", &edited).await.expect(200);
    assert_eq!(
        (&dry["updated"], &dry["dry_run"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(admin.get(&place).await.expect(200), plan);
    send("", &edited).await.expect(200);
    let after = admin.get(&place).await.expect(200);
    assert_eq!(
        (
            &after["name"],
            &after["apn"],
            &after["regions"],
            &after["version"]
        ),
        (
            &json!("Endless France"),
            &Value::Null,
            &json!(["FR", "EUROPE"]),
            &json!(2)
        )
    );
    assert_eq!(after["daily_limit_mb"], "2000.00");

    send("", &edited).await.rejects_field("rows.2.version");
    let id = plan["id"].as_str().unwrap();
    for (csv, field) in [
        (
            format!("id,validity_days\n{id},many\n"),
            "rows.2.validity_days",
        ),
        (
            format!("id,validity_days\n{id},0\n"),
            "rows.2.validity_days",
        ),
        (
            format!("id,name\n{},Gone\n", wire::PlanId::new()),
            "rows.2.id",
        ),
        ("id,name\nnone,Gone\n".to_owned(), "rows.2.id"),
        ("name,validity_days\nNew,7\n".to_owned(), "rows.2.regions"),
    ] {
        send("", &csv).await.rejects_field(field);
    }
    let made = send("", "name,validity_days,regions\nNew,7,JP\n")
        .await
        .expect(200);
    assert_eq!(made["created"], 1);
    assert_eq!(app.count("SELECT count(*) FROM plans"), 2);
}
