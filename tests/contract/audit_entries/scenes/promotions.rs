//! Promotions, and payments that a person records.

use super::{super::Scenes, id};
use serde_json::{Value, json};
use wire::accounts::users::UserRole;

/// Records operations on codes, and an order with a code that a bank transfer pays.
pub async fn promotions(scenes: &mut Scenes<'_>) {
    let app = scenes.app;
    let admin = app.as_admin();
    let terms = json!({ "code": "SCENE", "discount_type": "percentage", "discount_value": "10.00", "valid_to": "2099-01-01T00:00:00Z" });
    let created = ("promotions_create", "");
    let promotion = scenes
        .run_operation(&admin, created, terms, &["promotion.create"])
        .await;
    let many = json!({ "count": 3, "campaign": "Scenes", "discount_type": "percentage", "discount_value": "10.00", "valid_to": "2099-01-01T00:00:00Z" });
    let generated = ("promotions_generate", "");
    scenes
        .run_operation(&admin, generated, many, &["promotion.generate"])
        .await;
    let edited = ("promotions_edit", id(&promotion));
    let edit = json!({ "campaign": "Scenes" });
    scenes
        .run_operation(&admin, edited, edit, &["promotion.edit"])
        .await;

    let (plan, customer) =
        app.given(|given| (given.supplied_plan("10.00"), given.user(UserRole::Customer)));
    let order_body = json!({ "user_id": customer, "plan_id": plan, "payment_method": "bank_transfer", "promo_code": "SCENE" });
    for (operation, body, acts) in [
        (
            "transactions_reject",
            json!({ "reason": "It was returned" }),
            ["transaction.fail", "order.cancel"].as_slice(),
        ),
        (
            "transactions_confirm",
            json!({ "amount": "9.00", "currency": "USD", "reference": "R-1", "received_at": wire::Param::show(&app.ctx.clock.now()) }),
            &["transaction.confirm", "transaction.complete", "order.pay"],
        ),
    ] {
        let order = scenes
            .run_operation(
                &admin,
                ("orders_create", ""),
                order_body.clone(),
                &["order.place"],
            )
            .await;
        let list = format!("/v1/transactions?order_id={}", id(&order));
        let payments = admin.get(&list).await.expect(200);
        let payment = id(&payments["data"][0]).to_owned();
        scenes
            .run_operation(&admin, (operation, &payment), body, acts)
            .await;
    }

    let removed = ("promotions_remove", id(&promotion));
    scenes
        .run_operation(&admin, removed, Value::Null, &["promotion.delete"])
        .await;
    let restored = ("promotions_restore", id(&promotion));
    scenes
        .run_operation(&admin, restored, Value::Null, &["promotion.restore"])
        .await;
}
