//! Emails about payments: the instructions for a placed order, and the refund of a failed one.

use super::{checkout::place, stripe};
use crate::{
    flows::purchase::{order, reload_order, simulate},
    harness::{Client, TestApp},
};
use serde_json::{Value, json};
use wire::{accounts::users::UserRole, billing::transactions::SimulatedOutcome};

async fn emails(admin: &Client, order: &Value) -> Vec<Value> {
    let all = admin.get("/v1/notifications?limit=100").await.expect(200);
    let all = all["data"].as_array().unwrap().clone();
    all.into_iter()
        .filter(|email| email["order_id"] == order["id"])
        .collect()
}

#[actix_web::test]
async fn manual_payment_order_sends_payment_instructions() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.supplied_plan("9.90"));
    let customer = app.given(|given| given.user(UserRole::Customer));
    for (method, setting, text) in [
        (
            "bank_transfer",
            "billing.bank_transfer_instructions",
            "Transfer to XX00 EXAMPLE",
        ),
        (
            "paypal",
            "billing.paypal_instructions",
            "Send to pay@example.com",
        ),
        ("crypto", "billing.crypto_instructions", "Send to wallet-1"),
    ] {
        app.execute(&format!(
            "UPDATE system_settings SET value = '{text}' WHERE key = '{setting}'"
        ));
        let order_body = json!({ "user_id": customer, "plan_id": plan, "payment_method": method });
        let placed = place(&admin, order_body).await.expect(201);
        let sent = emails(&admin, &placed).await;
        assert_eq!(sent.len(), 1, "{method}: {sent:?}");
        let number = placed["order_number"].as_str().unwrap();
        assert!(
            sent[0]["subject"].as_str().unwrap().contains(number),
            "{sent:?}"
        );
        let message = sent[0]["message"].as_str().unwrap();
        for part in [text, number, "9.90 USD"] {
            assert!(message.contains(part), "{method}: {part}: {message}");
        }
        // An email with payment instructions is no delivery.
        let read = reload_order(&admin, &placed).await;
        assert_eq!(read["delivered_at"], Value::Null);
        let path = format!("/v1/orders/{}", placed["id"].as_str().unwrap());
        assert_eq!(admin.timeline(&path).await, ["Order placed"]);
    }
}

#[actix_web::test]
async fn order_paid_on_the_shops_page_sends_no_payment_email() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.supplied_plan("9.90"));
    let customer = app.given(|given| given.user(UserRole::Customer));
    let order_body = json!({ "user_id": customer, "plan_id": plan, "checkout": "intent" });
    let placed = place(&admin, order_body).await.expect(201);
    app.run_jobs().await;
    assert!(emails(&admin, &placed).await.is_empty());
}

#[actix_web::test]
async fn card_order_sends_the_checkout_url() {
    let (_app, _seen, admin, order) = stripe::ordered().await;
    let payment = admin
        .get(&format!(
            "/v1/orders/{}/payment",
            order["id"].as_str().unwrap()
        ))
        .await
        .expect(200);
    let page = payment["checkout_url"].as_str().expect("a page");
    let sent = emails(&admin, &order).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(
        sent[0]["message"].as_str().unwrap().contains(page),
        "{sent:?}"
    );
}

#[actix_web::test]
async fn failed_order_sends_one_email_about_the_refund() {
    let app = TestApp::start().await;
    let admin = app.as_admin();
    let plan = app.given(|given| given.undeliverable_plan("9.90"));
    let customer = app.given(|given| given.user(UserRole::Customer));
    let placed = order(&admin, plan, customer, 1).await;
    app.run_jobs().await;
    simulate(&app, &admin, &placed, SimulatedOutcome::Succeed).await;
    app.run_all_jobs().await;
    assert_eq!(reload_order(&admin, &placed).await["status"], "failed");
    let sent = emails(&admin, &placed).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    let message = sent[0]["message"].as_str().unwrap();
    for part in ["could not deliver", "money is being returned", "9.90 USD"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(
        reload_order(&admin, &placed).await["delivered_at"],
        Value::Null
    );
}
