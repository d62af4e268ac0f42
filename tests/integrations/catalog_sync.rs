//! Reads of a provider's catalog, compared with the plans and published by a person.

use super::{connections::finished, providers::freedom};
use crate::harness::TestApp;
use serde_json::{Value, json};
use suppliers::CatalogItem;
use wire::{Currency, Decimal, ProblemCode, accounts::users::UserRole};

fn item(sku: &str, cost: &str) -> CatalogItem {
    CatalogItem {
        sku: sku.to_owned(),
        topup_sku: Some(format!("{sku}-topup")),
        name: format!("Europe {sku}"),
        cost: cost.parse::<Decimal>().unwrap(),
        currency: Currency::Usd,
        suggested_price: "9.90".parse().ok(),
        minimum_price: None,
        data_bytes: Some(5_368_709_120),
        daily_bytes: None,
        throttled_kbps: None,
        validity_days: 30,
        validity_policy: None,
        activate_within_days: None,
        regions: vec!["DE".to_owned(), "FR".to_owned()],
        voice_minutes: 0,
        sms_count: 0,
        stock: Some(7),
        can_top_up: Some(true),
        is_kyc_required: None,
        is_hotspot_allowed: None,
        apn: None,
    }
}

#[actix_web::test]
async fn catalog_is_compared_and_published_by_a_person() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = admin.post("/v1/providers", freedom()).await.expect(201);
    let path = format!("/v1/providers/{}/sync", made["id"].as_str().unwrap());
    let items: Vec<CatalogItem> = (1..=45)
        .map(|number| item(&format!("eu-{number}"), "4.20"))
        .collect();
    app.supplier.set_catalog(items.clone());

    let run = finished(&app, &admin, &path, None).await;
    assert_eq!(
        (
            &run["status"],
            &run["pages"],
            &run["items"],
            &run["added"],
            &run["changed"]
        ),
        (
            &json!("succeeded"),
            &json!(3),
            &json!(45),
            &json!(45),
            &json!(0)
        ),
        "{run}"
    );
    assert_eq!(app.count("SELECT count(*) FROM plans"), 0);
    let list = format!("/v1/price-lists/{}", run["price_list_id"].as_str().unwrap());
    let compared = admin.get(&list).await.expect(200);
    assert_eq!(compared["created_by"], json!(admin.id()));
    assert_eq!(
        compared["rows"][0]["stated"]["plan"]["data_limit_mb"],
        "5368.70"
    );
    admin
        .with("if-match", "\"v1\"")
        .post(&format!("{list}/publish"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        app.count("SELECT count(*) FROM plan_provider_offers WHERE topup_sku = sku || '-topup' AND stock = 7"),
        45
    );
    assert_eq!(app.count("SELECT count(*) FROM plans WHERE is_active"), 0);

    // A dearer, a gone and a new package; the price of the dearer one stays ours.
    let mut changed = items;
    changed[0].cost = "5.00".parse().unwrap();
    changed.remove(1);
    changed.push(item("eu-46", "1.00"));
    app.supplier.set_catalog(changed);
    let run = finished(&app, &admin, &path, Some(json!({ "markup": "100" }))).await;
    let list = format!("/v1/price-lists/{}", run["price_list_id"].as_str().unwrap());
    let compared = admin.get(&list).await.expect(200);
    let row = |sku: &str| -> Value {
        let rows = compared["rows"].as_array().unwrap();
        rows.iter().find(|row| row["sku"] == sku).cloned().unwrap()
    };
    assert_eq!(
        (&compared["new"], &compared["changed"], &compared["gone"]),
        (&json!(1), &json!(1), &json!(1))
    );
    assert_eq!(
        (
            &row("eu-1")["cost_after"],
            &row("eu-1")["selling_after"],
            &row("eu-2")["change"],
            &row("eu-46")["selling_after"]
        ),
        (
            &json!("5.00"),
            &json!("9.90"),
            &json!("gone"),
            &json!("2.00")
        )
    );
}

#[actix_web::test]
async fn empty_or_failed_catalog_discards_no_offer() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = admin.post("/v1/providers", freedom()).await.expect(201);
    let path = format!("/v1/providers/{}/sync", made["id"].as_str().unwrap());
    app.supplier.set_catalog(Vec::new());
    let run = finished(&app, &admin, &path, None).await;
    assert_eq!(
        (&run["status"], &run["message"], &run["price_list_id"]),
        (
            &json!("failed"),
            &json!("The provider's catalog is empty."),
            &Value::Null
        )
    );
    assert_eq!(app.count("SELECT count(*) FROM price_list_syncs"), 0);
    app.as_role(UserRole::Support)
        .post(&path, json!({}))
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn scheduled_catalogs_are_read_when_they_are_due() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let made = admin.post("/v1/providers", freedom()).await.expect(201);
    let path = format!("/v1/providers/{}", made["id"].as_str().unwrap());
    let due = || async {
        app.ctx
            .db
            .write(|tx| platform::jobs::enqueue(tx, &catalog::price_lists::SyncDueCatalogs {}))
            .await
            .unwrap();
        app.run_all_jobs().await;
        app.count("SELECT count(*) FROM provider_runs WHERE kind = 'catalog' AND status = 'succeeded' AND requested_by IS NULL")
    };
    assert_eq!(due().await, 0);
    admin
        .patch(&path, 1, json!({ "sync_interval_hours": 6 }))
        .await
        .expect(200);
    assert_eq!(due().await, 1);
    assert_eq!(due().await, 1);
    app.execute("UPDATE provider_runs SET created_at = now() - interval '7 hours'");
    assert_eq!(due().await, 2);
    admin
        .patch(&path, 2, json!({ "sync_interval_hours": 0 }))
        .await
        .rejects_field("sync_interval_hours");
}
