//! The refunds of an order, in its details, its list and its timeline.

use super::refunds::Sale;
use crate::harness::Client;
use serde_json::{Value, json};
use wire::accounts::users::UserRole;

async fn shown(who: &Client, sale: &Sale) -> Value {
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
    let sale = Sale::of("9.90", &[]).await;
    let (admin, payment) = (&sale.admin, json!(sale.payment));
    let before = money(&shown(admin, &sale).await);
    assert_eq!(
        before,
        [json!("0.00"), json!("0.00"), json!(null), payment.clone()]
    );

    let support = sale.app.as_role(UserRole::Support);
    let asked = sale.ask(&support, Some("3.00")).await.expect(201);
    let pending = money(&shown(admin, &sale).await);
    assert_eq!(
        pending,
        [
            json!("0.00"),
            json!("3.00"),
            json!("refund_pending"),
            payment.clone()
        ]
    );
    sale.act(admin, &asked, "approve", None).await.expect(200);
    sale.app.work_through().await;

    let part = money(&shown(admin, &sale).await);
    assert_eq!(
        part,
        [
            json!("3.00"),
            json!("0.00"),
            json!("partially_refunded"),
            payment
        ]
    );
    let refund = sale.refund(&asked["id"]).await;
    assert_eq!(refund["refundable_amount"], "6.90");

    sale.ask(admin, Some("6.90")).await.expect(201);
    sale.app.work_through().await;
    let all = money(&shown(admin, &sale).await);
    assert_eq!(
        all,
        [json!("9.90"), json!("0.00"), json!("refunded"), json!(null)]
    );
    let list = admin.get("/v1/orders").await.expect(200);
    assert_eq!(list["data"][0]["refunded_amount"], "9.90");
}

#[actix_web::test]
async fn order_timeline_shows_refunds() {
    let sale = Sale::of("9.90", &[]).await;
    sale.ask(&sale.admin, Some("3.00")).await.expect(201);
    sale.app.work_through().await;
    let id = sale.order["id"].as_str().unwrap();
    let path = format!("/v1/orders/{id}");

    let steps = sale.admin.story(&path).await;
    for what in [
        "refund requested",
        "refund approved",
        "refund sent",
        "refunded",
    ] {
        assert!(steps.contains(&what.to_owned()), "{what} in {steps:?}");
    }
    // A customer sees the refund, not the request to the gateway.
    let theirs = sale.app.as_user(sale.customer).story(&path).await;
    assert!(theirs.contains(&"refunded".to_owned()), "{theirs:?}");
    assert!(!theirs.contains(&"refund sent".to_owned()), "{theirs:?}");
}

#[actix_web::test]
async fn partial_refund_keeps_esims_and_full_refund_cancels_them() {
    for (amount, effect) in [
        (Some("3.00"), "none"),
        (Some("9.90"), "cancel"),
        (None, "cancel"),
    ] {
        let sale = Sale::of("9.90", &[]).await;
        let refund = sale.ask(&sale.admin, amount).await.expect(201);
        assert_eq!(refund["effect"], effect, "{amount:?}");
    }
}
