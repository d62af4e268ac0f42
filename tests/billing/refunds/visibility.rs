//! Visibility of refunds, filters, and bulk refunds.

use super::{Sale, request_refund, sell};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{Permission, ProblemCode, accounts::users::UserRole};

#[actix_web::test]
async fn customers_and_api_clients_see_own_refunds_without_staff_data() {
    let sale = Sale::start("9.90", &[]).await;
    let refund = sale
        .request_refund(&sale.admin, Some("1.00"))
        .await
        .expect(201);
    sale.app.run_all_jobs().await;
    let path = format!("/v1/refunds/{}", refund["id"].as_str().unwrap());
    let (me, other) = (
        sale.app.as_user(sale.customer),
        sale.app.as_role(UserRole::Customer),
    );
    let seen = me.get(&path).await.expect(200);
    assert_eq!(
        (&seen["amount"], &seen["stage"]),
        (&json!("1.00"), &json!("processed"))
    );
    for hidden in [
        "requested_by",
        "processed_by",
        "requester",
        "eligibility",
        "recommended_amount",
        "reason",
        "needs_second_person",
    ] {
        assert_eq!(seen[hidden], Value::Null, "{hidden}");
    }
    other.get(&path).await.problem(404, ProblemCode::NotFound);
    assert_eq!(me.get("/v1/refunds").await.expect(200)["total"], 1);
    assert_eq!(other.get("/v1/refunds").await.expect(200)["total"], 0);
    let (_, shop) = sale.app.as_client(&[Permission::RefundsRead]);
    shop.get(&path).await.problem(404, ProblemCode::NotFound);
    let body = json!({ "transaction_id": sale.payment, "reason_code": "goodwill" });
    me.with("idempotency-key", "k")
        .post("/v1/refunds", body)
        .await
        .problem(403, ProblemCode::Forbidden);

    let steps = me
        .get(&format!("/v1/transactions/{}/timeline", sale.payment))
        .await
        .expect(200);
    let what: Vec<&str> = steps["data"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["what"].as_str())
        .collect();
    assert_eq!(
        what,
        [
            "Payment opened",
            "Payment simulated",
            "Payment completed",
            "Refund requested",
            "Refund approved",
            "Refunded"
        ]
    );
    assert!(
        steps["data"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step["actor"].is_null())
    );
}

#[actix_web::test]
async fn bulk_refund_reports_each_payment_separately() {
    let sale = Sale::start("9.90", &[]).await;
    let other = sell(&sale.app, &sale.admin, sale.plan, sale.customer)
        .await
        .1;
    request_refund(&sale.admin, &other, Some("1.00"))
        .await
        .expect(201);
    let unknown = Uuid::now_v7();
    let body = json!({ "action": "refund", "reason": "The network was down", "ids": [sale.payment, other, unknown] });
    let keyed = |key: &str| sale.admin.with("idempotency-key", key);
    let answer = keyed("one")
        .post("/v1/transactions/bulk", body.clone())
        .await;
    assert_eq!(answer.status, 207, "{}", answer.text());
    let result = answer.json();
    assert_eq!(
        (&result["done"], &result["refused"]),
        (&json!(1), &json!(2))
    );
    let codes: Vec<&Value> = result["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["problem"]["code"])
        .collect();
    assert_eq!(codes, [&Value::Null, &json!("conflict"), &json!("invalid")]);
    sale.app.run_all_jobs().await;
    let again = keyed("two")
        .post("/v1/transactions/bulk", body.clone())
        .await
        .json();
    assert_eq!(
        again["data"][0]["problem"]["code"], "wrong_state",
        "{again}"
    );
    let mut silent = body;
    silent["reason"] = json!(" ");
    keyed("three")
        .post("/v1/transactions/bulk", silent)
        .await
        .rejects_field("reason");
    sale.app.run_all_jobs().await;
}

#[actix_web::test]
async fn refunds_can_be_filtered() {
    let sale = Sale::start("9.90", &[]).await;
    sale.request_refund(&sale.admin, Some("2.00"))
        .await
        .expect(201);
    sale.app.run_all_jobs().await;
    sale.request_refund(&sale.app.as_role(UserRole::Support), Some("3.00"))
        .await
        .expect(201);
    for (query, expected) in [
        ("", 2),
        ("status=processed", 1),
        ("approval_state=requested", 1),
        ("reason_code=not_working", 2),
        ("amount_from=2.50", 1),
        ("amount_to=2.00", 1),
        ("payment_gateway=simulator", 2),
        ("payment_gateway=none", 0),
        ("payment_method=credit_card", 2),
        ("currency=EUR", 0),
        ("processed_at_from=2999-01-01T00:00:00Z", 0),
    ] {
        let found = sale
            .admin
            .get(&format!("/v1/refunds?{query}"))
            .await
            .expect(200);
        assert_eq!(found["total"], expected, "{query}");
    }
    let number = sale.order["order_number"].as_str().unwrap().to_lowercase();
    assert_eq!(
        sale.admin
            .get(&format!("/v1/refunds?q={number}"))
            .await
            .expect(200)["total"],
        2
    );
}
