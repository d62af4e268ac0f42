//! Manual payments: payment instructions for the customer, and confirmation to the cent by an administrator.

use super::checkout::Shop;
use crate::flows::purchase::reload_order;
use serde_json::{Value, json};
use wire::{ProblemCode, accounts::users::UserRole};

fn received_payment(shop: &Shop, change: Value) -> Value {
    let now = wire::Param::show(&shop.app.ctx.clock.now());
    let received_payment = json!({ "amount": "9.90", "currency": "USD", "reference": "2026-11-22/1", "received_at": now });
    crate::catalog::promotions::with(received_payment, change)
}

#[actix_web::test]
async fn bank_transfer_confirmation_requires_the_exact_amount() {
    let shop = Shop::open("9.90", &[]).await;
    let super_admin = shop.app.as_role(UserRole::SuperAdmin);
    super_admin
        .patch(
            "/v1/settings/billing.bank_transfer_instructions",
            1,
            json!({ "value": "Example Bank, account 12 34 56" }),
        )
        .await
        .expect(200);
    let order = shop
        .order(json!({ "payment_method": "bank_transfer" }))
        .await
        .expect(201);
    shop.app.run_all_jobs().await;
    let payment = shop.payment(&order).await;
    assert_eq!(
        (
            &payment["status"],
            &payment["payment_gateway"],
            &payment["checkout_url"]
        ),
        (&json!("pending"), &json!("recorded"), &Value::Null)
    );
    let how = shop
        .admin
        .get(&format!(
            "/v1/orders/{}/payment",
            order["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let number = order["order_number"].as_str().unwrap();
    let instructions = how["instructions"].as_str().unwrap();
    assert!(
        instructions.contains("Example Bank") && instructions.contains(number),
        "{instructions}"
    );
    // The payment window of a card is shorter than that of a transfer.
    let time = |field: &str| -> chrono::DateTime<chrono::Utc> {
        wire::Param::parse(order[field].as_str().unwrap()).unwrap()
    };
    assert_eq!((time("expires_at") - time("created_at")).num_days(), 7);

    let path = format!("/v1/transactions/{}", payment["id"].as_str().unwrap());
    let confirm = format!("{path}/confirm");
    for (change, field) in [
        (json!({ "amount": "0.00" }), "amount"),
        (json!({ "reference": " " }), "reference"),
        (
            json!({ "received_at": "2999-01-01T00:00:00Z" }),
            "received_at",
        ),
        (json!({ "status": "completed" }), "status"),
    ] {
        let answer = shop
            .admin
            .post(&confirm, received_payment(&shop, change))
            .await;
        answer.rejects_field(field);
    }
    shop.app
        .as_role(UserRole::Support)
        .post(&confirm, received_payment(&shop, json!({})))
        .await
        .problem(403, ProblemCode::Forbidden);
    assert_eq!(shop.payment(&order).await["status"], "pending");

    shop.admin
        .post(&confirm, received_payment(&shop, json!({})))
        .await
        .expect(200);
    shop.app.run_all_jobs().await;
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "fulfilled"
    );
    shop.admin
        .post(&confirm, received_payment(&shop, json!({})))
        .await
        .problem(409, ProblemCode::WrongState);
    shop.admin
        .post(&format!("{path}/reject"), json!({ "reason": "Too late" }))
        .await
        .problem(409, ProblemCode::WrongState);
    assert_eq!(
        shop.app.count("SELECT count(*) FROM transactions WHERE reference = '2026-11-22/1' AND recorded_by IS NOT NULL"),
        1
    );
}

#[actix_web::test]
async fn manual_payment_can_be_rejected_and_late_payment_needs_review() {
    let shop = Shop::open("9.90", &[]).await;
    shop.promotion("SPRING", json!({})).await;
    let order_body = json!({ "payment_method": "crypto", "promo_code": "SPRING" });
    let order = shop.order(order_body).await.expect(201);
    let payment = shop.payment(&order).await;
    let path = format!("/v1/transactions/{}", payment["id"].as_str().unwrap());
    shop.admin
        .post(&format!("{path}/reject"), json!({ "reason": "" }))
        .await
        .rejects_field("reason");
    let rejected = shop
        .admin
        .post(
            &format!("{path}/reject"),
            json!({ "reason": "The transfer was returned" }),
        )
        .await
        .expect(200);
    assert_eq!(rejected["status"], "failed");
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "cancelled"
    );
    assert_eq!(shop.uses("SPRING"), (0, 0, 0, 1));

    let late = received_payment(&shop, json!({ "amount": "8.91" }));
    shop.admin
        .post(&format!("{path}/confirm"), late)
        .await
        .expect(200);
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "needs_review"
    );
    assert_eq!(shop.uses("SPRING"), (1, 0, 1, 0));

    let card = shop.order(json!({})).await.expect(201);
    let payment = shop.payment(&card).await;
    shop.admin
        .post(
            &format!(
                "/v1/transactions/{}/confirm",
                payment["id"].as_str().unwrap()
            ),
            received_payment(&shop, json!({})),
        )
        .await
        .problem(409, ProblemCode::WrongState);
}
