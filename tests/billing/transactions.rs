//! The list of payments and the details of a payment.

use super::refunds::Sale;
use serde_json::{Value, json};
use wire::{Decimal, ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn transactions_can_be_filtered_by_every_column() {
    let sale = Sale::start("9.90", &[]).await;
    let number = sale.order["order_number"].as_str().unwrap();
    let paid = sale.transaction().await;
    let esim = paid["esim_id"].as_str().unwrap();
    for (query, expected) in [
        ("status=completed".to_owned(), 1),
        ("status=refunded,failed".to_owned(), 0),
        ("payment_method=credit_card".to_owned(), 1),
        ("payment_gateway=simulator".to_owned(), 1),
        ("payment_gateway=none".to_owned(), 0),
        ("currency=USD,EUR".to_owned(), 1),
        ("total_amount_from=9.90&total_amount_to=9.90".to_owned(), 1),
        ("total_amount_from=9.91".to_owned(), 0),
        ("is_refunded=true".to_owned(), 0),
        ("is_disputed=false".to_owned(), 1),
        ("completed_at_from=2999-01-01T00:00:00Z".to_owned(), 0),
        ("closed_at_to=2999-01-01T00:00:00Z".to_owned(), 0),
        (format!("promo_code_id={}", uuid::Uuid::now_v7()), 0),
        (format!("user_id={}", sale.customer), 1),
        (format!("esim_id={esim}"), 1),
        (format!("q={}", number.to_lowercase()), 1),
    ] {
        let found = sale
            .admin
            .get(&format!("/v1/transactions?{query}"))
            .await
            .expect(200);
        assert_eq!(found["total"], expected, "{query}");
    }
    sale.admin
        .get("/v1/transactions?total_amount_from=a")
        .await
        .rejects_field("total_amount_from");
}

#[actix_web::test]
async fn transaction_shows_its_sums_and_timeline() {
    let sale = Sale::start("9.90", &[]).await;
    sale.request_refund(&sale.admin, Some("4.00"))
        .await
        .expect(201);
    sale.app.run_all_jobs().await;
    let paid = sale.transaction().await;
    let amount = |field: &str| -> Decimal { paid[field].as_str().unwrap().parse().unwrap() };
    assert_eq!(
        amount("amount")
            .minus(&amount("discount_amount"))
            .plus(&amount("tax_amount")),
        amount("total_amount")
    );
    assert_eq!(
        amount("total_amount")
            .minus(&amount("refunded_amount"))
            .to_string(),
        "5.90"
    );

    let path = format!("/v1/transactions/{}", sale.payment);
    let what = sale.admin.timeline(&path).await;
    assert_eq!(
        what,
        [
            "Payment opened",
            "Payment simulated",
            "Payment completed",
            "Refund requested",
            "Refund approved",
            "Refund sent",
            "Refunded"
        ]
    );
    let receipts = sale
        .admin
        .get(&format!("{path}/receipts"))
        .await
        .expect(200);
    assert_eq!(
        (
            &receipts["data"][0]["status"],
            &receipts["data"][0]["source"]
        ),
        (&json!("applied"), &json!("simulator"))
    );
    sale.app
        .as_role(UserRole::Support)
        .get(&format!("{path}/receipts"))
        .await
        .problem(403, ProblemCode::Forbidden);
    let stranger = sale.app.as_role(UserRole::Customer);
    stranger
        .get(&format!("{path}/timeline"))
        .await
        .problem(404, ProblemCode::NotFound);
    assert_eq!(paid["dispute_state"], Value::Null);
}
