//! The workloads of payments: list, totals and webhooks.

use crate::{
    fixture::{Fixture, STRIPE, Settings},
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
const WEBHOOK_REPEATED: &str = include_str!("sql/webhook_repeated.sql");
/// The maximum number of webhooks per second, for which pending payments are created.
const PER_SECOND: u64 = 2_000;
/// The number of payments with repeated webhooks.
const REPEATED_PAYMENTS: u64 = 500;
/// The first numbers of the payments with webhooks, above the seeded ones: of the server and of pgbench.
const SERVER_BASE: u64 = 10_000_000;
const PGBENCH_BASE: u64 = 20_000_000;

/// Returns the workloads.
pub fn all(fixture: &Fixture, settings: &Settings) -> Vec<Workload> {
    let session = session(&fixture.token);
    let payments = PER_SECOND * (1 + settings.rounds as u64 * settings.seconds) * 2;
    let setup = [SERVER_BASE, PGBENCH_BASE]
        .map(|base| {
            PENDING
                .replace(":base", &base.to_string())
                .replace(":count", &payments.to_string())
        })
        .concat();
    vec![
        Workload {
            name: "payments, 50 rows and total",
            target: 0.40,
            setup: String::new(),
            requests: get(
                fixture,
                "/v1/transactions?status=completed&payment_method=credit_card&limit=50".into(),
            ),
            script: format!("{session}{PAYMENTS}{COUNT}"),
        },
        Workload {
            name: "payments, totals of 30 days",
            target: 0.45,
            setup: String::new(),
            requests: get(fixture, "/v1/payments/overview?days=30".into()),
            script: format!("{session}{OVERVIEW}"),
        },
        Workload {
            name: "webhook, first delivery",
            target: 0.35,
            setup,
            requests: webhooks(payments),
            script: WEBHOOK
                .replace(":base", &PGBENCH_BASE.to_string())
                .replace(":count", &payments.to_string()),
        },
        Workload {
            name: "webhook, repeated delivery",
            target: 0.35,
            setup: String::new(),
            requests: webhooks(REPEATED_PAYMENTS),
            script: WEBHOOK_REPEATED.to_owned(),
        },
    ]
}

/// Returns requests with signed events of so many payments in turn.
fn webhooks(payments: u64) -> Arc<dyn Fn() -> Vec<u8> + Send + Sync> {
    let next = AtomicU64::new(0);
    Arc::new(move || {
        let number = 1 + next.fetch_add(1, Ordering::Relaxed) % payments;
        let payment = id_of(8, SERVER_BASE + number);
        let body = serde_json::json!({
            "id": format!("evt_bench_{number}"), "object": "event", "type": "checkout.session.completed",
            "data": { "object": {
                "id": format!("cs_bench_{}", SERVER_BASE + number), "object": "checkout.session", "payment_status": "paid",
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
