//! Offers of providers, price lists, and bulk price changes.

use super::{super::Scenes, id};
use crate::harness::Client;
use reqwest::Method;
use serde_json::{Value, json};

/// Records bulk actions on plans, copies and offers.
pub async fn offered(scenes: &mut Scenes<'_>, admin: &Client, (plan, provider): (&str, &str)) {
    let copied = ("plans_duplicate", plan);
    scenes
        .run_operation(admin, copied, Value::Null, &["plan.create"])
        .await;
    let many = json!({ "action": { "set_validity_days": 9 }, "ids": [plan] });
    scenes
        .run_operation(admin, ("plans_bulk", ""), many, &["plan.edit"])
        .await;
    let request = "scene-plans-sheet";
    let sheet = format!("id,name\n{plan},7 GB\n");
    admin
        .with("x-request-id", request)
        .raw(
            Method::POST,
            "/v1/plans/sheet",
            "text/csv",
            sheet.into_bytes(),
        )
        .await
        .expect(200);
    scenes
        .check_entries("plans_sheet_import", (request, &["plan.edit"]), admin)
        .await;
    let new = json!({ "plan_id": plan, "provider_id": provider, "sku": "by-hand", "cost": "1.00" });
    let offer = scenes
        .run_operation(admin, ("offers_create", ""), new, &["offer.create"])
        .await;
    let edit = json!({ "cost": "1.10", "stock": 4 });
    scenes
        .run_operation(admin, ("offers_edit", id(&offer)), edit, &["offer.edit"])
        .await;
    let order = json!({ "plan_id": plan, "ids": [offer["id"]] });
    scenes
        .run_operation(admin, ("offers_order", ""), order, &["offer.reorder"])
        .await;
}

/// Records operations on price lists and bulk price changes.
pub async fn compared(scenes: &mut Scenes<'_>, admin: &Client, provider: &str) {
    let list =
        "sku,name,data_limit_mb,days,regions,cost_price,selling_price\nscene,Scene,100,1,US,1,3\n";
    // The list that the sync of the provider created is open, and a newer list replaces it.
    let acts = &["price_list.create", "price_list.discard"];
    let first = send(scenes, admin, (provider, list), acts).await;
    scenes
        .run_operation(
            admin,
            ("price_lists_discard", id(&first)),
            Value::Null,
            &["price_list.discard"],
        )
        .await;
    let sync = send(scenes, admin, (provider, list), &["price_list.create"]).await;
    scenes
        .run_operation(
            admin,
            ("price_lists_publish", id(&sync)),
            json!({ "skus": ["scene"] }),
            &["plan.create", "plan.import", "price_list.publish"],
        )
        .await;
    let prices = admin.get("/v1/pricing?limit=1").await.expect(200);
    let ids = json!([prices["data"][0]["id"]]);
    let rule = json!({ "adjust": { "percent": "10" } });
    let change = json!({ "rule": rule, "price_ids": ids });
    let made = scenes
        .run_operation(
            admin,
            ("changes_create", ""),
            change,
            &["price_change.apply", "price.create", "price.end"],
        )
        .await;
    scenes
        .run_operation(
            admin,
            ("changes_undo", id(&made)),
            Value::Null,
            &["price.create", "price.end", "price_change.undo"],
        )
        .await;
}

async fn send(
    scenes: &mut Scenes<'_>,
    admin: &Client,
    (provider, list): (&str, &str),
    acts: &[&str],
) -> Value {
    let request = format!("scene-{}", uuid::Uuid::now_v7().simple());
    let path = format!("/v1/price-lists?provider_id={provider}");
    let made = admin
        .with("x-request-id", &request)
        .raw(Method::POST, &path, "text/csv", list.as_bytes().to_vec())
        .await
        .expect(201);
    scenes
        .check_entries("price_lists_create", (&request, acts), admin)
        .await;
    made
}
