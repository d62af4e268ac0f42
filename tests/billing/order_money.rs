//! The refunds of an order, in its details, its list and its timeline.

use super::refunds::Sale;
use crate::harness::Client;
use serde_json::{Value, json};
use wire::accounts::users::UserRole;

async fn order_details(who: &Client, sale: &Sale) -> Value {
    let id = sale.order["id"].as_str().unwrap();
    who.get(&format!("/v1/orders/{id}")).await.expect(200)
}

fn money(order: &Value) -> [Value; 4] {
    [
        "refunded_amount",
        "pending_refund_amount",
        "refund_state",
        "refundable_payment_id",
    ]
    .map(|key| order[key].clone())
}

#[actix_web::test]
async fn order_shows_refunds_of_its_payment() {
    let sale = Sale::start("9.90", &[]).await;
    let (admin, payment) = (&sale.admin, json!(sale.payment));
    let before = money(&order_details(admin, &sale).await);
    assert_eq!(
        before,
        [json!("0.00"), json!("0.00"), json!(null), payment.clone()]
    );

    let support = sale.app.as_role(UserRole::Support);
    let requested = sale
        .request_refund(&support, Some("3.00"))
        .await
        .expect(201);
    let pending = money(&order_details(admin, &sale).await);
    assert_eq!(
        pending,
        [
            json!("0.00"),
            json!("3.00"),
            json!("refund_pending"),
            payment.clone()
        ]
    );
    sale.run_action(admin, &requested, "approve", None)
        .await
        .expect(200);
    sale.app.run_all_jobs().await;

    let part = money(&order_details(admin, &sale).await);
    assert_eq!(
        part,
        [
            json!("3.00"),
            json!("0.00"),
            json!("partially_refunded"),
            payment
        ]
    );
    let refund = sale.refund(&requested["id"]).await;
    assert_eq!(refund["refundable_amount"], "6.90");

    sale.request_refund(admin, Some("6.90")).await.expect(201);
    sale.app.run_all_jobs().await;
    let all = money(&order_details(admin, &sale).await);
    assert_eq!(
        all,
        [json!("9.90"), json!("0.00"), json!("refunded"), json!(null)]
    );
    let list = admin.get("/v1/orders").await.expect(200);
    assert_eq!(list["data"][0]["refunded_amount"], "9.90");
}

#[actix_web::test]
async fn order_timeline_shows_refunds() {
    let sale = Sale::start("9.90", &[]).await;
    sale.request_refund(&sale.admin, Some("3.00"))
        .await
        .expect(201);
    sale.app.run_all_jobs().await;
    let id = sale.order["id"].as_str().unwrap();
    let path = format!("/v1/orders/{id}");

    let steps = sale.admin.timeline(&path).await;
    for what in [
        "Refund requested",
        "Refund approved",
        "Refund sent",
        "Refunded",
    ] {
        assert!(steps.contains(&what.to_owned()), "{what} in {steps:?}");
    }
    // A customer sees the refund, not the request to the gateway.
    let theirs = sale.app.as_user(sale.customer).timeline(&path).await;
    assert!(theirs.contains(&"Refunded".to_owned()), "{theirs:?}");
    assert!(!theirs.contains(&"Refund sent".to_owned()), "{theirs:?}");
}

#[actix_web::test]
async fn partial_refund_keeps_esims_and_full_refund_cancels_them() {
    for (amount, effect) in [
        (Some("3.00"), "none"),
        (Some("9.90"), "cancel"),
        (None, "cancel"),
    ] {
        let sale = Sale::start("9.90", &[]).await;
        let refund = sale.request_refund(&sale.admin, amount).await.expect(201);
        assert_eq!(refund["effect"], effect, "{amount:?}");
    }
}
