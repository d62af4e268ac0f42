//! Currencies without cents, and the limits of card payments in each currency.

use super::checkout::Shop;
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;
use wire::{
    Currency, ProblemCode, accounts::users::UserRole, billing::transactions::SimulatedOutcome,
};

/// Writes a plan at this price in a currency, with one eSIM in stock.
fn priced(shop: &Shop, price: &str, currency: Currency) -> wire::PlanId {
    shop.app.given(|given| {
        let plan = given.unpriced_plan(&format!("Asia {currency} {price}"));
        given.price(
            plan,
            price,
            currency,
            Utc::now() - TimeDelta::hours(1),
            None,
        );
        given.stock(plan);
        plan
    })
}

#[actix_web::test]
async fn credit_notes_in_vnd_have_no_cents() {
    let shop = Shop::open("9.90", &[]).await;
    let owner = shop.app.as_role(UserRole::SuperAdmin);
    let tax = json!({ "value": "10.00" });
    owner
        .patch("/v1/settings/billing.tax_percent", 1, tax)
        .await
        .expect(200);
    let plan = priced(&shop, "1001", Currency::Vnd);
    let order = shop
        .order(json!({ "plan_id": plan, "currency": "VND", "payment_method": "bank_transfer" }))
        .await
        .expect(201);
    assert_eq!(order["total_amount"], "1101.00");
    let payment = shop.payment(&order).await;
    let id = payment["id"].as_str().unwrap();
    let now = wire::Param::show(&shop.app.ctx.clock.now());
    let transfer =
        json!({ "amount": "1101.00", "currency": "VND", "reference": "BANK", "received_at": now });
    shop.admin
        .post(&format!("/v1/transactions/{id}/confirm"), transfer)
        .await
        .expect(200);
    shop.app.run_all_jobs().await;
    let mut tax_back = 0;
    for (part, reference) in [("367.00", "A"), ("367.00", "B"), ("367.00", "C")] {
        let order_body = json!({ "transaction_id": id, "amount": part, "reason_code": "goodwill" });
        let refund = shop
            .admin
            .with("idempotency-key", &Uuid::new_v4().to_string())
            .post("/v1/refunds", order_body)
            .await
            .expect(201);
        shop.admin
            .with("if-match", &format!("\"v{}\"", refund["version"]))
            .post(
                &format!("/v1/refunds/{}/confirm", refund["id"].as_str().unwrap()),
                json!({ "reference": reference }),
            )
            .await
            .expect(200);
        shop.app.run_all_jobs().await;
    }
    let notes = shop.admin.get("/v1/credit-notes").await.expect(200);
    for note in notes["data"].as_array().unwrap() {
        for field in ["net_amount", "tax_amount", "total_amount"] {
            let text = note[field].as_str().unwrap();
            assert!(text.ends_with(".00"), "{field} {text}");
        }
        let tax = note["tax_amount"].as_str().unwrap();
        tax_back += tax.strip_suffix(".00").unwrap().parse::<i64>().unwrap();
    }
    assert_eq!((&notes["total"], tax_back), (&json!(3), 100));
    let notified = "SELECT count(*) FROM notifications WHERE subject = 'Your refund of 367 VND'";
    assert_eq!(shop.app.count(notified), 3);
    let timeline = shop
        .admin
        .get(&format!("/v1/transactions/{id}/timeline"))
        .await
        .expect(200);
    assert!(
        timeline
            .to_string()
            .contains("The refund was paid out: 367 VND."),
        "{timeline}"
    );
}

#[actix_web::test]
async fn amount_text_in_sql_matches_money_in_rust() {
    let shop = Shop::open("9.90", &[]).await;
    for &currency in Currency::ALL {
        for amount in ["0.00", "12.00", "1000.00", "12.50"] {
            let written = amount.parse::<wire::Money>().unwrap().in_currency(currency);
            let same =
                format!("SELECT count(*) WHERE amount_text({amount}, '{currency}') = '{written}'");
            assert_eq!(shop.app.count(&same), 1, "{amount} {currency}");
        }
    }
}

#[actix_web::test]
async fn card_payment_rejects_amounts_outside_the_gateway_limits() {
    let shop = Shop::open("9.90", &[]).await;
    for (price, currency, is_enough) in [
        ("0.49", Currency::Usd, false),
        ("0.50", Currency::Usd, true),
        ("49", Currency::Jpy, false),
        ("50", Currency::Jpy, true),
        ("174.99", Currency::Huf, false),
        ("3.99", Currency::Hkd, false),
        ("0.30", Currency::Gbp, true),
    ] {
        let plan = priced(&shop, price, currency);
        let order_body = json!({ "plan_id": plan, "currency": currency });
        let quote = shop.quote(order_body.clone()).await.expect(200);
        let refusals: Vec<&Value> = quote["refusals"].as_array().unwrap().iter().collect();
        assert_eq!(
            refusals.is_empty(),
            is_enough,
            "{price} {currency}: {refusals:?}"
        );
        if is_enough {
            continue;
        }
        assert_eq!(
            (&refusals[0]["field"], &refusals[0]["code"]),
            (&json!("payment_method"), &json!("amount_too_small"))
        );
        shop.order(order_body.clone())
            .await
            .rejects_field("payment_method");
        let by_bank =
            json!({ "plan_id": plan, "currency": currency, "payment_method": "bank_transfer" });
        shop.order(by_bank).await.expect(201);
    }
    let free = priced(&shop, "0.00", Currency::Usd);
    shop.order(json!({ "plan_id": free })).await.expect(201);
    let dear = priced(&shop, "1000000.00", Currency::Usd);
    let order_body = json!({ "plan_id": dear });
    shop.order(order_body).await.rejects_field("payment_method");
    shop.app.run_all_jobs().await;
}

#[actix_web::test]
async fn invoice_prefix_rejects_reserved_and_unsafe_values() {
    let shop = Shop::open("9.90", &[]).await;
    let path = "/v1/settings/invoices.prefix";
    for bad in [
        "CN",
        "cn",
        "Cn",
        "ORD",
        "ord",
        "A/B",
        "..",
        "A\"B",
        "A B",
        "Ä",
        "-A",
        "A-",
        "",
        "ABCDEFGHIJK",
    ] {
        shop.admin
            .patch(path, 1, json!({ "value": bad }))
            .await
            .rejects_field("value");
    }
    let kept = shop
        .admin
        .patch(path, 1, json!({ "value": "shop-1" }))
        .await
        .expect(200);
    assert_eq!(kept["value"], "SHOP-1");
    let order = shop.order(json!({})).await.expect(201);
    shop.app.run_jobs().await;
    crate::flows::purchase::simulate(&shop.app, &shop.admin, &order, SimulatedOutcome::Succeed)
        .await;
    let invoices = shop.admin.get("/v1/invoices?q=shop-1").await.expect(200);
    let invoice = &invoices["data"][0];
    let number = invoice["number"].as_str().unwrap();
    let file = shop
        .admin
        .get(&format!(
            "/v1/invoices/{}/pdf",
            invoice["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(
        file.header("content-disposition"),
        format!("attachment; filename=\"{number}.pdf\"")
    );
    shop.app
        .anonymous()
        .get("/v1/invoices")
        .await
        .problem(401, ProblemCode::Unauthenticated);
}
