//! Gateway webhooks: repeated, in any order, and with invalid signatures.

use super::checkout::Shop;
use crate::{
    flows::purchase::reload_order,
    harness::{Answer, drill::iterations},
};
use reqwest::Method;
use serde_json::{Value, json};

const SECRET: &str = "whsec_of_the_webhooks";
pub(super) const STRIPE: [(&str, &str); 3] = [
    ("STRIPE_SECRET_KEY", "sk_test_for_tests"),
    ("STRIPE_WEBHOOK_SECRET", SECRET),
    ("STRIPE_API_BASE", "http://127.0.0.1:9/"),
];

/// Returns the signature header of a body, signed this many seconds from now.
fn header(shop: &Shop, secret: &str, body: &[u8], seconds: i64) -> String {
    let time = shop.app.ctx.clock.now().timestamp() + seconds;
    let message = [time.to_string().as_bytes(), b".", body].concat();
    let signature = platform::crypto::sign(secret.as_bytes(), &message).unwrap();
    let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

async fn send_webhook(shop: &Shop, signature: &str, body: Vec<u8>) -> Answer {
    let stripe = shop.app.anonymous().with("stripe-signature", signature);
    stripe
        .raw(
            Method::POST,
            "/v1/webhooks/stripe",
            "application/json",
            body,
        )
        .await
}

pub(super) async fn signed(shop: &Shop, event: &Value) -> Answer {
    let body = event.to_string().into_bytes();
    let signature = header(shop, SECRET, &body, 0);
    send_webhook(shop, &signature, body).await
}

pub(super) fn intent(id: &str, kind: &str, payment: &str, change: Value) -> Value {
    let object = json!({
        "id": format!("pi_{payment}"), "object": "payment_intent", "amount": 990, "amount_received": 990, "currency": "usd",
        "metadata": { "transaction_id": payment }, "something_of_tomorrow": [{}],
    });
    let object = crate::catalog::promotions::with(object, change);
    json!({ "id": id, "object": "event", "type": kind, "api_version": "2099-01-01", "data": { "object": object } })
}

pub(super) async fn open_payment(shop: &Shop) -> (Value, String) {
    let order = shop
        .order(json!({ "checkout": "intent" }))
        .await
        .expect(201);
    let payment = shop.payment(&order).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (order, payment)
}

#[actix_web::test]
async fn shuffled_and_repeated_webhooks_reach_the_same_result() {
    let shop = Shop::open("9.90", &STRIPE).await;
    let rounds = iterations(6, 20);
    for round in 0..rounds {
        shop.app.given(|given| given.stock(shop.plan));
        let (order, payment) = open_payment(&shop).await;
        let event = |number: usize, kind: &str| {
            intent(&format!("evt_{round}_{number}"), kind, &payment, json!({}))
        };
        let kinds = [
            event(0, "payment_intent.created"),
            event(1, "payment_intent.payment_failed"),
            event(2, "payment_intent.succeeded"),
            event(3, "payment_intent.from_the_future"),
        ];
        let mut events: Vec<&Value> = kinds.iter().cycle().take(40).collect();
        // A different order each round, the same on every run.
        let mut seed = round * 7919 + 17;
        for place in (1..events.len()).rev() {
            seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
            events.swap(place, seed % (place + 1));
        }
        for event in events {
            signed(&shop, event).await.expect(204);
        }
        shop.app.run_all_jobs().await;
        let order = reload_order(&shop.admin, &order).await;
        assert_eq!(order["status"], "fulfilled", "{round}: {order}");
        // Events after the final state change nothing.
        signed(&shop, &event(4, "payment_intent.canceled"))
            .await
            .expect(204);
        assert_eq!(shop.payment(&order).await["status"], "completed");
    }
    let rounds = i64::try_from(rounds).unwrap();
    assert_eq!(shop.app.count("SELECT count(*) FROM esim_bundles"), rounds);
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM audit_log WHERE action = 'transaction.complete'"),
        rounds
    );
    assert_eq!(
        shop.app.count("SELECT count(*) FROM webhook_receipts"),
        5 * rounds
    );
}

#[actix_web::test]
async fn webhook_rejects_invalid_signatures_and_ignores_replays() {
    let shop = Shop::open("9.90", &STRIPE).await;
    let (order, payment) = open_payment(&shop).await;
    let event = intent("evt_1", "payment_intent.succeeded", &payment, json!({}));
    let body = event.to_string().into_bytes();
    let good = header(&shop, SECRET, &body, 0);
    let other = header(&shop, "whsec_other", &body, 0);
    let (time, v1) = good.split_once(',').unwrap();
    let spaced = [&body[..], b" "].concat();
    let larger = event.to_string().replace("990", "99000").into_bytes();
    let huge = vec![b'{'; 11 * 1024 * 1024];
    for (what, signature, body, status) in [
        ("none", String::new(), &body, 401),
        ("nonsense", "t=now,v1=zz".to_owned(), &body, 401),
        ("of another secret", other.clone(), &body, 401),
        (
            "six minutes old",
            header(&shop, SECRET, &body, -360),
            &body,
            401,
        ),
        (
            "from the future",
            header(&shop, SECRET, &body, 360),
            &body,
            401,
        ),
        ("an old scheme only", good.replace("v1", "v0"), &body, 401),
        ("of another body", good.clone(), &larger, 401),
        ("of a body with a space more", good.clone(), &spaced, 401),
        ("without a time", v1.to_owned(), &body, 401),
        ("without a signature", time.to_owned(), &body, 401),
        ("of something huge", good.clone(), &huge, 413),
    ] {
        let answer = send_webhook(&shop, &signature, body.clone()).await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
    }
    shop.app.run_jobs().await;
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "pending_payment"
    );
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM webhook_receipts WHERE status <> 'rejected'"),
        0
    );

    // After a change of the secret, signatures of the old secret are rejected.
    let changed = ("STRIPE_WEBHOOK_SECRET", "whsec_of_tomorrow");
    let tomorrow = shop.app.second_server(&[STRIPE[0], changed, STRIPE[2]]);
    let stripe = tomorrow.anonymous().with("stripe-signature", &good);
    let path = "/v1/webhooks/stripe";
    let answer = stripe
        .raw(Method::POST, path, "application/json", body.clone())
        .await;
    answer.expect(401);

    // One of two signatures is valid, as during a rotation of the secret.
    let (_, wrong) = other.split_once(',').unwrap();
    send_webhook(&shop, &format!("{time},{wrong},{v1}"), body.clone())
        .await
        .expect(204);
    for _ in 0..3 {
        send_webhook(&shop, &good, body.clone()).await.expect(204);
    }
    shop.app.run_all_jobs().await;
    assert_eq!(
        reload_order(&shop.admin, &order).await["status"],
        "fulfilled"
    );
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM webhook_receipts WHERE status = 'applied'"),
        1
    );
}

#[actix_web::test]
async fn wrong_amounts_are_held_and_not_provisioned() {
    let shop = Shop::open("9.90", &STRIPE).await;
    for number in 0..20 {
        let (order, payment) = open_payment(&shop).await;
        let change = match number % 4 {
            0 => json!({ "amount_received": 1 }),
            1 => json!({ "amount_received": 989 }),
            2 => json!({ "currency": "jpy" }),
            _ => json!({ "amount_received": 991 }),
        };
        let event = intent(
            &format!("evt_{number}"),
            "payment_intent.succeeded",
            &payment,
            change,
        );
        signed(&shop, &event).await.expect(204);
        let order = reload_order(&shop.admin, &order).await;
        assert_eq!(order["status"], "needs_review", "{order}");
    }
    shop.app.run_all_jobs().await;
    assert_eq!(shop.app.count("SELECT count(*) FROM esim_bundles"), 0);
    assert_eq!(
        shop.app
            .count("SELECT count(*) FROM transactions WHERE status = 'completed'"),
        0
    );
}
