//! Plans, orders and the system.

use super::{
    super::{Scenes, send},
    id,
};
use crate::{flows::purchase, harness::Client};
use reqwest::Method;
use serde_json::{Value, json};
use wire::{accounts::users::UserRole, billing::transactions::SimulatedOutcome};

/// Records operations on plans, prices, providers and stock.
pub async fn catalogue(scenes: &mut Scenes<'_>) {
    let app = scenes.app;
    let admin = app.as_admin();
    let new = json!({ "name": "5 GB", "validity_days": 7, "regions": ["US"] });
    let plan = scenes
        .run_operation(&admin, ("plans_create", ""), new, &["plan.create"])
        .await;
    scenes
        .run_operation(
            &admin,
            ("plans_edit", id(&plan)),
            json!({ "name": "6 GB" }),
            &["plan.edit"],
        )
        .await;
    let price = json!({ "plan_id": plan["id"], "cost_price": "1.00", "selling_price": "2.00", "effective_from": "2099-01-01T00:00:00Z" });
    let price = scenes
        .run_operation(&admin, ("pricing_create", ""), price, &["price.create"])
        .await;
    scenes
        .run_operation(
            &admin,
            ("pricing_edit", id(&price)),
            json!({ "selling_price": "3.00" }),
            &["price.edit"],
        )
        .await;
    scenes
        .run_operation(
            &admin,
            ("pricing_remove", id(&price)),
            Value::Null,
            &["price.delete"],
        )
        .await;
    scenes
        .run_operation(
            &admin,
            ("plans_remove", id(&plan)),
            Value::Null,
            &["plan.archive"],
        )
        .await;
    scenes
        .run_operation(
            &admin,
            ("plans_restore", id(&plan)),
            Value::Null,
            &["plan.restore"],
        )
        .await;
    let provider = json!({ "name": "Supplier", "api_endpoint": "https://simulator.invalid", "api_key": "needle-of-the-provider", "adapter": "simulator" });
    let provider = scenes
        .run_operation(
            &admin,
            ("providers_create", ""),
            provider,
            &["provider.create"],
        )
        .await;
    let edit = json!({ "name": "Suppliers", "api_key": "another-needle" });
    let chief = scenes.app.as_role(UserRole::SuperAdmin);
    scenes
        .run_operation(
            &chief,
            ("providers_edit", id(&provider)),
            edit,
            &["provider.edit"],
        )
        .await;
    let unused = json!({ "name": "Unused", "api_endpoint": "https://simulator.invalid", "api_key": "third-needle", "adapter": "simulator" });
    let unused = send(&admin, ("providers_create", ""), unused)
        .await
        .expect(201);
    scenes
        .run_operation(
            &admin,
            ("providers_remove", id(&unused)),
            Value::Null,
            &["provider.delete"],
        )
        .await;

    super::connections::provider(scenes, &admin, id(&provider)).await;
    super::connections::twilio(scenes, &admin, &chief).await;
    super::terms::offered(scenes, &admin, (id(&plan), id(&provider))).await;
    let request = "scene-plans-import";
    let list = format!("/v1/plans/import?provider_id={}", id(&provider));
    let rows = include_str!("../../../../crates/catalog/tests/price-list.json")
        .as_bytes()
        .to_vec();
    admin
        .with("x-request-id", request)
        .raw(Method::POST, &list, "application/json", rows)
        .await
        .expect(200);
    let acts = [["plan.create"; 7].as_slice(), &["plan.import"]].concat();
    scenes
        .check_entries("plans_import", (request, &acts), &admin)
        .await;

    super::terms::compared(scenes, &admin, id(&provider)).await;
    let request = "scene-inventory-import";
    let rows = json!([{ "iccid": "8944500102198304826", "activation_code": "LPA:1$needle.example$NEEDLE" }]);
    admin
        .with("x-request-id", request)
        .post("/v1/esims/import", rows)
        .await
        .expect(200);
    scenes
        .check_entries("inventory_import", (request, &["esim.import"]), &admin)
        .await;
    let esim = admin
        .get("/v1/esims?q=8944500102198304826")
        .await
        .expect(200)["data"][0]
        .clone();
    scenes
        .run_operation(
            &admin,
            ("inventory_edit", id(&esim)),
            json!({ "eid": null }),
            &["esim.edit"],
        )
        .await;
    scenes
        .run_operation(
            &admin,
            ("inventory_reveal", id(&esim)),
            json!({ "reason": "A call" }),
            &["esim.reveal"],
        )
        .await;
    scenes
        .run_operation(
            &admin,
            ("inventory_withdraw", id(&esim)),
            Value::Null,
            &["esim.withdraw"],
        )
        .await;
}

/// Records operations on orders, payments and emails.
pub async fn sale(scenes: &mut Scenes<'_>) {
    let app = scenes.app;
    let (admin, plan) = (
        app.as_role(UserRole::SuperAdmin),
        app.given(|given| given.undeliverable_plan("9.90")),
    );
    let customer = app.given(|given| given.user(UserRole::Customer));
    let new = json!({ "user_id": customer, "plan_id": plan });
    let order = scenes
        .run_operation(&admin, ("orders_create", ""), new.clone(), &["order.place"])
        .await;
    scenes
        .run_operation(
            &admin,
            ("orders_cancel", id(&order)),
            json!({ "reason": "Changed mind" }),
            &["order.cancel", "transaction.cancel"],
        )
        .await;

    let order = send(&admin, ("orders_create", ""), new).await.expect(201);
    app.run_jobs().await;
    let payments = admin
        .get(&format!("/v1/transactions?order_id={}", id(&order)))
        .await
        .expect(200);
    let payment = payments["data"][0]["id"]
        .as_str()
        .expect("a payment")
        .to_owned();
    let outcome = json!({ "outcome": SimulatedOutcome::Succeed });
    scenes
        .run_operation(
            &admin,
            ("transactions_simulate", &payment),
            outcome,
            &["transaction.simulate"],
        )
        .await;
    app.run_all_jobs().await;
    // The plan was out of stock: the administrator adds stock and retries the order.
    assert_eq!(
        purchase::reload_order(&admin, &order).await["status"],
        "failed"
    );
    app.given(|given| given.stock(plan));
    scenes
        .run_operation(
            &admin,
            ("orders_retry", id(&order)),
            Value::Null,
            &["order.retry", "refund.reject"],
        )
        .await;
    app.run_all_jobs().await;
    assert_eq!(
        purchase::reload_order(&admin, &order).await["status"],
        "fulfilled"
    );
    scenes
        .run_operation(
            &admin,
            ("orders_resend", id(&order)),
            Value::Null,
            &["order.resend"],
        )
        .await;
    let emails = admin.get("/v1/notifications").await.expect(200);
    scenes
        .run_operation(
            &admin,
            ("notifications_resend", id(&emails["data"][0])),
            Value::Null,
            &["notification.resend"],
        )
        .await;
}

/// Records operations on settings, views and the audit log.
pub async fn system(scenes: &mut Scenes<'_>) {
    let admin: Client = scenes.app.as_admin();
    let value = json!({ "value": "Example Travel" });
    scenes
        .run_operation(
            &admin,
            ("settings_edit", "business.name"),
            value,
            &["setting.edit"],
        )
        .await;
    let back = json!({ "version": 1 });
    scenes
        .run_operation(
            &admin,
            ("settings_rollback", "business.name"),
            back,
            &["setting.rollback"],
        )
        .await;
    let view = json!({ "list": "/billing/orders", "name": "V", "query": "status=paid", "audience": "mine" });
    let view = scenes
        .run_operation(&admin, ("views_create", ""), view, &["view.create"])
        .await;
    let of = |verb: &'static str| {
        (
            format!("scene-views-{verb}"),
            format!("/v1/views/{}", id(&view)),
        )
    };
    let (request, path) = of("edit");
    let edited = admin
        .with("x-request-id", &request)
        .patch(
            &path,
            view["version"].as_i64().expect("a version"),
            json!({ "name": "W" }),
        )
        .await
        .expect(200);
    scenes
        .check_entries("views_edit", (&request, &["view.edit"]), &admin)
        .await;
    let (request, path) = of("remove");
    admin
        .with("x-request-id", &request)
        .delete(&path, edited["version"].as_i64().expect("a version"))
        .await;
    scenes
        .check_entries("views_remove", (&request, &["view.delete"]), &admin)
        .await;
    scenes
        .run_operation(&admin, ("audit_verify", ""), json!({}), &["audit.verify"])
        .await;
}
