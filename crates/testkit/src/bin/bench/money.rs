//! Payments: their list, their sums, and what the gateway tells of them.

use crate::{
    ground::{Ground, STRIPE, Settings},
    http,
    workloads::{Workload, get, id_of, session},
};
use platform::crypto;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

const PAYMENTS: &str = include_str!("sql/payments.sql");
const COUNT: &str = include_str!("sql/payments_count.sql");
const OVERVIEW: &str = include_str!("sql/overview.sql");
const PENDING: &str = include_str!("sql/pending.sql");
const WEBHOOK: &str = include_str!("sql/webhook.sql");
const AGAIN: &str = include_str!("sql/webhook_again.sql");
/// Webhooks in a second, at most: so many payments are there to be told of.
const PER_SECOND: u64 = 2_000;
/// Payments that are told of again and again.
const AGAIN_AND_AGAIN: u64 = 500;
/// Numbers of the payments that are told of, above those that are seeded: the server's and pgbench's.
const OURS: u64 = 10_000_000;
const THEIRS: u64 = 20_000_000;

/// Every workload.
pub fn all(ground: &Ground, settings: &Settings) -> Vec<Workload> {
    let session = session(&ground.token);
    let told = PER_SECOND * (1 + settings.rounds as u64 * settings.seconds) * 2;
    let given = [OURS, THEIRS]
        .map(|base| {
            PENDING
                .replace(":base", &base.to_string())
                .replace(":count", &told.to_string())
        })
        .concat();
    vec![
        Workload {
            name: "payments, 50 rows and total",
            target: 0.40,
            given: String::new(),
            requests: get(
                ground,
                "/v1/transactions?status=completed&payment_method=credit_card&limit=50".into(),
            ),
            script: format!("{session}{PAYMENTS}{COUNT}"),
        },
        Workload {
            name: "payments, sums of 30 days",
            target: 0.45,
            given: String::new(),
            requests: get(ground, "/v1/payments/overview?days=30".into()),
            script: format!("{session}{OVERVIEW}"),
        },
        Workload {
            name: "webhook, told first",
            target: 0.35,
            given,
            requests: webhooks(told),
            script: WEBHOOK
                .replace(":base", &THEIRS.to_string())
                .replace(":count", &told.to_string()),
        },
        Workload {
            name: "webhook, told again",
            target: 0.35,
            given: String::new(),
            requests: webhooks(AGAIN_AND_AGAIN),
            script: AGAIN.to_owned(),
        },
    ]
}

/// Signed events of so many payments in turn.
fn webhooks(payments: u64) -> Arc<dyn Fn() -> Vec<u8> + Send + Sync> {
    let next = AtomicU64::new(0);
    Arc::new(move || {
        let number = 1 + next.fetch_add(1, Ordering::Relaxed) % payments;
        let payment = id_of(8, OURS + number);
        let body = serde_json::json!({
            "id": format!("evt_bench_{number}"), "object": "event", "type": "checkout.session.completed",
            "data": { "object": {
                "id": format!("cs_bench_{}", OURS + number), "object": "checkout.session", "payment_status": "paid",
                "client_reference_id": payment, "payment_intent": format!("pi_bench_{number}"), "amount_total": 500, "currency": "usd",
            } },
        })
        .to_string();
        let time = chrono::Utc::now().timestamp();
        let message = format!("{time}.{body}");
        let signature: String = crypto::sign(STRIPE.as_bytes(), message.as_bytes())
            .expect("a signature")
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let signed = format!("t={time},v1={signature}");
        let more = [("Stripe-Signature", signed.as_str())];
        http::request("POST", "/v1/webhooks/stripe", None, &more, &body)
    })
}
