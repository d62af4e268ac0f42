//! Refunds that API clients request, and refunds of free orders.

use super::{Sale, request_refund, sell};
use serde_json::{Value, json};
use wire::{Permission, ProblemCode, accounts::api_clients::ApiClientMode};

#[actix_web::test]
async fn api_client_requests_refunds_and_cannot_approve() {
    let mut sale = Sale::start("9.90", &[]).await;
    let (client, shop) = sale.app.as_client(&[
        Permission::RefundsRequest,
        Permission::RefundsRead,
        Permission::TransactionsRead,
    ]);
    let foreign = sale.payment.clone();
    request_refund(&shop, &foreign, None)
        .await
        .rejects_field("transaction_id");
    shop.get(&format!("/v1/transactions/{foreign}/eligibility"))
        .await
        .problem(404, ProblemCode::NotFound);
    let ids = json!({ "action": "refund", "ids": [foreign], "reason": "Not mine" });
    let bulk = shop
        .with("idempotency-key", "theirs")
        .post("/v1/transactions/bulk", ids)
        .await
        .expect(207);
    assert_eq!(bulk["refused"], 1);

    let customer = sale.app.given(|given| given.customer_of(client));
    (sale.order, sale.payment) = sell(&sale.app, &sale.admin, sale.plan, customer).await;
    let known = shop
        .get(&format!("/v1/transactions/{}/eligibility", sale.payment))
        .await
        .expect(200);
    assert_eq!(known["recommended_amount"], "9.90");
    let refund = request_refund(&shop, &sale.payment, None).await.expect(201);
    assert_eq!(
        (&refund["stage"], &refund["requested_by"]),
        (&json!("requested"), &Value::Null)
    );
    sale.run_action(&shop, &refund, "approve", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    let seen = sale.refund(&refund["id"]).await;
    assert_eq!(seen["requested_by_client"], json!(client));
    assert!(
        seen["requester"].as_str().unwrap().starts_with("Shop"),
        "{seen}"
    );
    sale.run_action(&sale.admin, &refund, "approve", None)
        .await
        .expect(200);
    sale.app.run_all_jobs().await;
    let (_, other) = sale.app.as_client(&[Permission::RefundsRead]);
    request_refund(&other, &sale.payment, None)
        .await
        .problem(403, ProblemCode::Forbidden);
}

#[actix_web::test]
async fn refund_by_api_client_cannot_be_approved_by_its_creator() {
    let mut sale = Sale::start("150.00", &[]).await;
    let (client, key) = sale.app.given(|given| {
        given.api_client(
            ApiClientMode::Live,
            &[Permission::RefundsRequest, Permission::RefundsRead],
        )
    });
    let me = sale.admin.id();
    sale.app.execute(&format!(
        "UPDATE api_clients SET created_by = '{me}' WHERE id = '{client}'"
    ));
    let customer = sale.app.given(|given| given.customer_of(client));
    (sale.order, sale.payment) = sell(&sale.app, &sale.admin, sale.plan, customer).await;
    let refund = request_refund(&sale.app.with_key(&key), &sale.payment, None)
        .await
        .expect(201);
    sale.run_action(&sale.admin, &refund, "approve", None)
        .await
        .problem(403, ProblemCode::Forbidden);
    sale.run_action(&sale.app.as_admin(), &refund, "approve", None)
        .await
        .expect(200);
    sale.app.run_all_jobs().await;
}

#[actix_web::test]
async fn refund_rejects_free_orders() {
    let sale = Sale::start("9.90", &[]).await;
    let free = sale.app.stocked_plan("0.00");
    let order = crate::flows::purchase::order(&sale.admin, free, sale.customer, 1).await;
    sale.app.run_all_jobs().await;
    let path = format!(
        "/v1/transactions?order_id={}",
        order["id"].as_str().unwrap()
    );
    let payment = sale.admin.get(&path).await.expect(200)["data"][0]["id"].clone();
    let payment = payment.as_str().unwrap();
    let known = sale
        .admin
        .get(&format!("/v1/transactions/{payment}/eligibility"))
        .await
        .expect(200);
    assert_eq!(
        (&known["verdict"], &known["notes"]),
        (
            &json!("nothing"),
            &json!(["Nothing was paid: there is nothing to refund."])
        )
    );
    let refused = request_refund(&sale.admin, payment, None)
        .await
        .problem(409, ProblemCode::WrongState);
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("Nothing was paid"),
        "{refused}"
    );
}
