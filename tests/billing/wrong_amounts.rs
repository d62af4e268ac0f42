//! Payments of another amount than was due: each is recorded, then accepted or refunded.

use super::{
    checkout::Shop,
    reconciliation::run_action,
    webhooks::{STRIPE, intent, open_payment, signed},
};
use crate::{flows::purchase::reload_order, harness::Answer};
use serde_json::{Value, json};
use wire::ProblemCode;

/// Places an order that a bank transfer pays: the order, and the id of its payment.
async fn transfer(shop: &Shop) -> (Value, String) {
    let order_body = json!({ "payment_method": "bank_transfer" });
    let order = shop.order(order_body).await.expect(201);
    let payment = shop.payment(&order).await;
    (order, payment["id"].as_str().unwrap().to_owned())
}

async fn confirm(shop: &Shop, payment: &str, amount: &str, reference: &str) -> Answer {
    let now = wire::Param::show(&shop.app.ctx.clock.now());
    let transfer =
        json!({ "amount": amount, "currency": "USD", "reference": reference, "received_at": now });
    let path = format!("/v1/transactions/{payment}/confirm");
    shop.admin.post(&path, transfer).await
}

async fn open(shop: &Shop) -> Vec<Value> {
    let list = "/v1/reconciliation?status=open";
    let found = shop.admin.get(list).await.expect(200);
    found["data"].as_array().unwrap().clone()
}

async fn resolve(shop: &Shop, case: &Value, action: &str) -> Value {
    let claimed = run_action(&shop.admin, case, "claim", None)
        .await
        .expect(200);
    let resolution = json!({ "action": action, "reason": "The customer was asked" });
    let done = run_action(&shop.admin, &claimed, "resolve", Some(resolution))
        .await
        .expect(200);
    shop.app.run_all_jobs().await;
    done
}

/// Returns the sums of the first currency in the payments overview.
pub(super) async fn overview_sums(shop: &Shop) -> Value {
    let overview = shop.admin.get("/v1/payments/overview").await.expect(200);
    overview["currencies"][0]["sums"].clone()
}

#[actix_web::test]
async fn transfer_of_another_amount_opens_one_case() {
    let shop = Shop::open("120.00", &[]).await;
    let (_, payment) = transfer(&shop).await;
    for _ in 0..2 {
        let kept = confirm(&shop, &payment, "121.00", "BANK-1")
            .await
            .expect(200);
        assert_eq!(
            kept["status"], "pending",
            "nothing is completed by another amount"
        );
    }
    let found = open(&shop).await;
    assert_eq!(found.len(), 1, "the same transfer is recorded once");
    let case = &found[0];
    assert_eq!(
        (
            &case["kind"],
            &case["amount"],
            &case["currency"],
            &case["transaction_id"],
            &case["actions"]
        ),
        (
            &json!("amount_mismatch"),
            &json!("121.00"),
            &json!("USD"),
            &json!(payment),
            &json!(["accept_amount", "refund_received", "settle_outside"])
        )
    );
    let finding = case["finding"].as_str().unwrap();
    assert!(
        finding.contains("120.00 USD was due") && finding.contains("BANK-1"),
        "{finding}"
    );
    let check = shop
        .admin
        .post("/v1/reconciliation/check", Value::Null)
        .await;
    assert_eq!(check.expect(200)["open"], 1, "a check does not resolve it");
    let steps = shop
        .admin
        .timeline(&format!("/v1/transactions/{payment}"))
        .await;
    assert!(steps.contains(&"Amount mismatch".to_owned()), "{steps:?}");
}

#[actix_web::test]
async fn partial_transfers_that_add_up_complete_the_payment() {
    let shop = Shop::open("120.00", &[]).await;
    let (order, payment) = transfer(&shop).await;
    confirm(&shop, &payment, "50.00", "PART-1")
        .await
        .expect(200);
    confirm(&shop, &payment, "30.00", "PART-2")
        .await
        .expect(200);
    assert_eq!(open(&shop).await[0]["amount"], "80.00");
    let done = confirm(&shop, &payment, "40.00", "PART-3")
        .await
        .expect(200);
    assert_eq!(done["status"], "completed");
    shop.app.run_all_jobs().await;
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "fulfilled"
    );
    assert!(open(&shop).await.is_empty());
    confirm(&shop, &payment, "1.00", "PART-4")
        .await
        .problem(409, ProblemCode::WrongState);
}

#[actix_web::test]
async fn accepted_underpayment_becomes_a_discount() {
    let shop = Shop::open("100.00", &[]).await;
    let owner = shop
        .app
        .as_role(wire::accounts::users::UserRole::SuperAdmin);
    let tax = json!({ "value": "10.00" });
    owner
        .patch("/v1/settings/billing.tax_percent", 1, tax)
        .await
        .expect(200);
    let (order, payment) = transfer(&shop).await;
    assert_eq!(order["total_amount"], "110.00");
    confirm(&shop, &payment, "99.00", "SHORT").await.expect(200);
    resolve(&shop, &open(&shop).await[0], "accept_amount").await;
    let paid = shop.payment(&order).await;
    assert_eq!(
        (
            &paid["status"],
            &paid["total_amount"],
            &paid["tax_amount"],
            &paid["discount_amount"]
        ),
        (
            &json!("completed"),
            &json!("99.00"),
            &json!("9.00"),
            &json!("10.00")
        )
    );
    let now = reload_order(&shop.admin, &order).await;
    assert_eq!(
        (&now["status"], &now["total_amount"]),
        (&json!("fulfilled"), &json!("99.00"))
    );
    assert_eq!(overview_sums(&shop).await["gross_amount"], "99.00");
    let check = shop
        .admin
        .post("/v1/reconciliation/check", Value::Null)
        .await;
    assert_eq!(check.expect(200)["open"], 0);
    let invoices = shop.admin.get("/v1/invoices").await.expect(200);
    assert_eq!(invoices["data"][0]["total_amount"], "99.00");
}

#[actix_web::test]
async fn accepted_overpayment_completes_at_the_amount_due() {
    let shop = Shop::open("120.00", &[]).await;
    let (order, payment) = transfer(&shop).await;
    confirm(&shop, &payment, "121.00", "OVER").await.expect(200);
    resolve(&shop, &open(&shop).await[0], "accept_amount").await;
    let paid = shop.payment(&order).await;
    assert_eq!(
        (&paid["status"], &paid["total_amount"]),
        (&json!("completed"), &json!("120.00"))
    );
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "fulfilled"
    );
}

#[actix_web::test]
async fn refund_received_refunds_the_amount_and_cancels_the_order() {
    let shop = Shop::open("9.90", &[]).await;
    shop.promotion("SPRING", json!({})).await;
    let order_body = json!({ "payment_method": "bank_transfer", "promo_code": "SPRING" });
    let order = shop.order(order_body).await.expect(201);
    let payment = shop.payment(&order).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    confirm(&shop, &payment, "12.00", "OVER").await.expect(200);
    resolve(&shop, &open(&shop).await[0], "refund_received").await;
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "cancelled"
    );
    assert_eq!(shop.uses("SPRING"), (0, 0, 0, 1));
    let refunds = format!("/v1/refunds?transaction_id={payment}");
    let refunds = shop.admin.get(&refunds).await.expect(200);
    let refund = &refunds["data"][0];
    assert_eq!(
        (&refunds["total"], &refund["amount"], &refund["stage"]),
        (&json!(1), &json!("12.00"), &json!("to_pay_out"))
    );
    let paid = shop.payment(&order).await;
    assert_eq!(
        (&paid["status"], &paid["total_amount"]),
        (&json!("completed"), &json!("12.00"))
    );
}

#[actix_web::test]
async fn webhook_of_another_amount_opens_one_case() {
    for (action, order_ends, gross) in [
        ("accept_amount", "fulfilled", "1.00"),
        ("refund_received", "cancelled", "1.00"),
    ] {
        let shop = Shop::open("9.90", &STRIPE).await;
        let (order, payment) = open_payment(&shop).await;
        let less = json!({ "amount_received": 100 });
        let event = intent(
            "evt_less",
            "payment_intent.succeeded",
            &payment,
            less.clone(),
        );
        signed(&shop, &event).await.expect(204);
        let again = intent("evt_again", "payment_intent.succeeded", &payment, less);
        signed(&shop, &again).await.expect(204);
        assert_eq!(
            reload_order(&shop.admin, &order).await["status"],
            "needs_review"
        );
        let found = open(&shop).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (&found[0]["amount"], &found[0]["finding"]),
            (
                &json!("1.00"),
                &json!("The gateway received 1.00 USD; 9.90 USD was due.")
            )
        );
        let check = shop
            .admin
            .post("/v1/reconciliation/check", Value::Null)
            .await;
        assert_eq!(check.expect(200)["open"], 1);
        let claimed = run_action(&shop.admin, &found[0], "claim", None)
            .await
            .expect(200);
        let rejected = json!({ "action": "cancel_order", "reason": "Away with it" });
        run_action(&shop.admin, &claimed, "resolve", Some(rejected))
            .await
            .rejects_field("action");
        let resolution = json!({ "action": action, "reason": "The customer was asked" });
        run_action(&shop.admin, &claimed, "resolve", Some(resolution))
            .await
            .expect(200);
        shop.app
            .execute("DELETE FROM jobs WHERE kind IN ('transactions.open', 'refunds.send')");
        shop.app.run_all_jobs().await;
        assert_eq!(
            reload_order(&shop.admin, &order).await["status"],
            order_ends
        );
        assert_eq!(overview_sums(&shop).await["gross_amount"], gross);
        let refunds = shop
            .app
            .count("SELECT count(*) FROM refunds WHERE amount = 1.00");
        assert_eq!(refunds, i64::from(action == "refund_received"));
    }
}

#[actix_web::test]
async fn webhook_in_another_currency_opens_a_case() {
    let shop = Shop::open("9.90", &STRIPE).await;
    for (currency, amount) in [("eur", json!("9.90")), ("xyz", Value::Null)] {
        let (_, payment) = open_payment(&shop).await;
        let other = json!({ "currency": currency });
        let event = intent(
            &format!("evt_{currency}"),
            "payment_intent.succeeded",
            &payment,
            other,
        );
        signed(&shop, &event).await.expect(204);
        let list = format!("/v1/reconciliation?status=open&transaction_id={payment}");
        let found = shop.admin.get(&list).await.expect(200);
        assert_eq!(
            (&found["total"], &found["data"][0]["amount"]),
            (&json!(1), &amount)
        );
        let actions = &found["data"][0]["actions"];
        assert_eq!(*actions, json!(["cancel_order", "settle_outside"]));
    }
    shop.app
        .execute("DELETE FROM jobs WHERE kind = 'transactions.open'");
}

#[actix_web::test]
async fn order_cancelled_from_a_mismatch_case_releases_its_promotion() {
    let shop = Shop::open("9.90", &STRIPE).await;
    shop.promotion("SPRING", json!({})).await;
    let body = json!({ "checkout": "intent", "promo_code": "SPRING" });
    let order = shop.order(body).await.expect(201);
    let payment = shop.payment(&order).await["id"].clone();
    let payment = payment.as_str().unwrap();
    assert_eq!(shop.uses("SPRING"), (1, 1, 0, 0));
    let other = json!({ "currency": "eur" });
    let event = intent("evt_eur", "payment_intent.succeeded", payment, other);
    signed(&shop, &event).await.expect(204);

    let case = open(&shop).await.remove(0);
    let claimed = run_action(&shop.admin, &case, "claim", None)
        .await
        .expect(200);
    let resolution = json!({ "action": "cancel_order", "reason": "Paid in another currency" });
    run_action(&shop.admin, &claimed, "resolve", Some(resolution))
        .await
        .expect(200);

    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "cancelled"
    );
    assert_eq!(shop.payment(&order).await["status"], "cancelled");
    assert_eq!(shop.uses("SPRING"), (0, 0, 0, 1));
    shop.app
        .execute("DELETE FROM jobs WHERE kind IN ('transactions.open', 'transactions.close')");
}
