//! Offers of providers: edited by hand, ordered by priority, and deactivated.

use crate::harness::TestApp;
use serde_json::{Value, json};
use wire::{PlanId, ProblemCode, ProviderId, accounts::users::UserRole};

fn offer(plan: PlanId, provider: ProviderId, sku: &str) -> Value {
    json!({ "plan_id": plan, "provider_id": provider, "sku": sku, "cost": "4.20", "stock": 12, "minimum_price": "6.00" })
}

#[actix_web::test]
async fn offer_can_be_added_edited_and_deactivated() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (plan, provider) = app.given(|given| (given.plan("9.90"), given.provider("Freedom", 1)));

    let answer = admin
        .post("/v1/provider-offers", offer(plan, provider, "eu-5"))
        .await;
    let path = answer.header("location").to_owned();
    let made = answer.expect(201);
    let edit = json!({ "cost": "3.90", "stock": null, "is_active": false, "priority": 4 });
    let changed = admin.patch(&path, 1, edit).await.expect(200);

    assert_eq!(
        [
            &made["sku"],
            &made["cost"],
            &made["stock"],
            &made["minimum_price"],
            &made["priority"],
            &made["is_active"],
            &made["last_synced_at"]
        ],
        [
            &json!("eu-5"),
            &json!("4.20"),
            &json!(12),
            &json!("6.00"),
            &json!(1),
            &json!(true),
            &Value::Null
        ]
    );
    assert_eq!(
        [
            &changed["cost"],
            &changed["stock"],
            &changed["is_active"],
            &changed["minimum_price"],
            &changed["version"]
        ],
        [
            &json!("3.90"),
            &Value::Null,
            &json!(false),
            &json!("6.00"),
            &json!(2)
        ]
    );
    assert_eq!(admin.get(&path).await.expect(200), changed);
    admin
        .patch(&path, 1, json!({ "priority": 2 }))
        .await
        .problem(412, ProblemCode::Stale);
    admin
        .send(reqwest::Method::PATCH, &path, Some(json!({})))
        .await
        .problem(428, ProblemCode::PreconditionRequired);
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action IN ('offer.create', 'offer.edit')"),
        2
    );
}

#[actix_web::test]
async fn offer_rejects_invalid_fields() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (plan, provider) = app.given(|given| (given.plan("9.90"), given.provider("Freedom", 1)));
    let good = || offer(plan, provider, "eu-5");
    let made = admin.post("/v1/provider-offers", good()).await.expect(201);
    let path = format!("/v1/provider-offers/{}", made["id"].as_str().unwrap());

    for (field, value) in [
        ("plan_id", json!(PlanId::new())),
        ("provider_id", json!(ProviderId::new())),
        ("sku", json!("eu-5")),
        ("sku", json!(" ")),
        ("cost", json!("-1")),
        ("minimum_price", json!("-1")),
        ("priority", json!(0)),
        ("stock", json!(-1)),
        ("version", json!(1)),
    ] {
        let mut bad = good();
        bad[field] = value.clone();
        if field != "sku" {
            bad["sku"] = json!("other");
        }
        admin
            .post("/v1/provider-offers", bad)
            .await
            .rejects_field(field);
        if !["provider_id", "sku"].contains(&field) {
            let edit = json!({ field: value });
            admin.patch(&path, 1, edit).await.rejects_field(field);
        }
    }
    let yen = json!({ "currency": "JPY" });
    admin.patch(&path, 1, yen).await.rejects_field("cost");
    let support = app.as_role(UserRole::Support);
    support
        .post("/v1/provider-offers", good())
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn offer_order_must_name_every_offer_of_the_plan() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let (plan, ids) = app.given(|given| {
        let (plan, provider) = (given.plan("9.90"), given.provider("Freedom", 1));
        let ids = ["a", "b", "c"].map(|sku| given.offer(plan, provider, sku));
        (plan, ids)
    });
    let [a, b, c] = ids;
    let order = |ids: Value| json!({ "plan_id": plan, "ids": ids });

    let put = admin
        .post("/v1/provider-offers/order", order(json!([c, a, b])))
        .await;
    assert_eq!(put.status, 204, "{}", put.text());

    let listed = admin
        .get(&format!("/v1/provider-offers?plan_id={plan}&sort=priority"))
        .await
        .expect(200);
    let skus: Vec<&str> = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["sku"].as_str().unwrap())
        .collect();
    assert_eq!(skus, ["c", "a", "b"]);
    for wrong in [json!([a, b]), json!([a, b, c, wire::OfferId::new()])] {
        admin
            .post("/v1/provider-offers/order", order(wrong))
            .await
            .problem(409, ProblemCode::Conflict);
    }
    for wrong in [json!([]), json!([a, a, b])] {
        admin
            .post("/v1/provider-offers/order", order(wrong))
            .await
            .rejects_field("ids");
    }
    assert_eq!(
        app.count("SELECT count(*) FROM audit_log WHERE action = 'offer.reorder'"),
        1
    );
}
