//! Refunds at Stripe: the request, the meaning of responses, and the look-up by our reference.

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web, web::Bytes, web::Data};
use gateways::Stripe;
use platform::{
    config::Secret,
    ports::payments::{GatewayError, GatewayRefundRequest, PaymentGateway, RefundOutcome},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, mpsc},
    thread,
};
use wire::{Currency, RefundId};

type Form = BTreeMap<String, String>;

/// The requests to the fake Stripe server, and the refunds that it has paid.
#[derive(Default)]
struct StandIn {
    requests: Vec<(String, String, Form)>,
    refunds: Vec<Value>,
}

fn stripe() -> (Stripe, Arc<Mutex<StandIn>>) {
    let stand_in: Arc<Mutex<StandIn>> = Arc::default();
    let (shared, (sender, receiver)) = (Data::from(stand_in.clone()), mpsc::channel());
    thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(shared.clone())
                    .default_service(web::to(answer))
            });
            let server = server.workers(1).bind("127.0.0.1:0").unwrap();
            sender.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    let base = format!("http://{}/", receiver.recv().unwrap());
    let secret = Secret::new("whsec_for_tests".to_owned());
    (
        Stripe::new("sk_test_for_tests", secret, Some(&base)).unwrap(),
        stand_in,
    )
}

async fn answer(request: HttpRequest, body: Bytes, stand_in: Data<Mutex<StandIn>>) -> HttpResponse {
    let form: Form = reqwest::Url::parse(&format!("http://x/?{}", String::from_utf8_lossy(&body)))
        .unwrap()
        .query_pairs()
        .map(|(key, value)| (key.into_owned(), value.into_owned()))
        .collect();
    let key = request.headers().get("idempotency-key");
    let key = key.and_then(|key| key.to_str().ok()).unwrap_or_default();
    let line = format!("{} {}", request.method(), request.uri());
    let mut stand_in = stand_in.lock().unwrap();
    stand_in
        .requests
        .push((line.clone(), key.to_owned(), form.clone()));
    if line.contains("/checkout/sessions/") {
        return HttpResponse::Ok().json(json!({ "id": "cs_1", "payment_intent": "pi_1" }));
    }
    if line.starts_with("GET") {
        return HttpResponse::Ok().json(json!({ "object": "list", "data": stand_in.refunds }));
    }
    if form["amount"] == "13" {
        let error = json!({ "error": { "type": "invalid_request_error", "message": "Charge has already been refunded." } });
        return HttpResponse::BadRequest().json(error);
    }
    let amount: i64 = form["amount"].parse().unwrap();
    let status = if amount == 77 { "pending" } else { "succeeded" };
    let refund = json!({
        "id": format!("re_{amount}"), "object": "refund", "amount": amount, "currency": "usd", "status": status,
        "metadata": { "refund_id": form["metadata[refund_id]"] }, "a_field_of_tomorrow": {},
    });
    stand_in.refunds.push(refund.clone());
    HttpResponse::Ok().json(refund)
}

fn refund_request(amount: &str, payment: &str) -> GatewayRefundRequest {
    let refund = RefundId::new();
    GatewayRefundRequest {
        refund,
        reference: refund.to_string(),
        gateway_transaction_id: payment.to_owned(),
        amount: testkit::given::money(amount),
        currency: Currency::Usd,
    }
}

#[actix_web::test]
async fn stripe_refund_sends_payment_and_reference() {
    let (stripe, stand_in) = stripe();
    let request = refund_request("4.95", "cs_1");
    assert_eq!(stripe.look_up_refund(&request).await.unwrap(), None);
    let refund = stripe.refund(&request).await.unwrap();
    assert_eq!(
        (refund.gateway_refund_id.as_str(), refund.reference.as_ref()),
        ("re_495", Some(&request.reference))
    );
    let paid = RefundOutcome::Processed {
        minor: 495,
        currency: "USD".into(),
    };
    assert_eq!(refund.outcome, paid);
    assert_eq!(
        stripe.look_up_refund(&request).await.unwrap(),
        Some(refund),
        "found by our reference"
    );
    assert_eq!(
        stripe
            .look_up_refund(&refund_request("4.95", "cs_1"))
            .await
            .unwrap(),
        None,
        "another one is not ours"
    );

    let stand_in = stand_in.lock().unwrap();
    let (_, key, form) = stand_in
        .requests
        .iter()
        .find(|(line, ..)| line == "POST /v1/refunds")
        .unwrap();
    assert_eq!(*key, format!("refund-{}", request.reference));
    let sent: Vec<(&str, &str)> = form
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        sent,
        [
            ("amount", "495"),
            ("metadata[refund_id]", request.reference.as_str()),
            ("payment_intent", "pi_1")
        ]
    );
    assert!(
        stand_in
            .requests
            .iter()
            .any(|(line, ..)| line.starts_with("GET /v1/refunds?")
                && line.contains("payment_intent=pi_1"))
    );
}

#[actix_web::test]
async fn stripe_error_is_a_rejection_and_no_answer_is_unknown() {
    let (stripe, _) = stripe();
    let pending = stripe
        .refund(&refund_request("0.77", "pi_9"))
        .await
        .unwrap();
    assert_eq!(pending.outcome, RefundOutcome::Pending);
    let refused = stripe.refund(&refund_request("0.13", "pi_9")).await;
    assert_eq!(
        refused,
        Err(GatewayError::Refused(
            "Charge has already been refunded.".into()
        ))
    );
    let unreachable = Stripe::new(
        "sk_test_for_tests",
        Secret::new("whsec".to_owned()),
        Some("http://127.0.0.1:9/"),
    )
    .unwrap();
    let unknown = unreachable.refund(&refund_request("1.00", "pi_9")).await;
    assert!(
        matches!(unknown, Err(GatewayError::Unknown(_))),
        "{unknown:?}"
    );
}

#[actix_web::test]
async fn stripe_refund_events_are_parsed() {
    let (stripe, _) = stripe();
    let now = chrono::Utc::now();
    for (kind, status, outcome) in [
        ("refund.created", "pending", RefundOutcome::Pending),
        (
            "refund.updated",
            "succeeded",
            RefundOutcome::Processed {
                minor: 990,
                currency: "USD".into(),
            },
        ),
        (
            "refund.failed",
            "failed",
            RefundOutcome::Failed {
                reason: "Stripe reported: expired or canceled card.".into(),
            },
        ),
        (
            "charge.refund.updated",
            "canceled",
            RefundOutcome::Failed {
                reason: "Stripe reported: expired or canceled card.".into(),
            },
        ),
    ] {
        let object = json!({
            "id": "re_1", "object": "refund", "amount": 990, "currency": "usd", "status": status, "failure_reason": "expired_or_canceled_card",
            "metadata": { "refund_id": "ours" },
        });
        let event =
            json!({ "id": "evt_1", "type": kind, "data": { "object": object } }).to_string();
        let time = now.timestamp();
        let signed = [time.to_string().as_bytes(), b".", event.as_bytes()].concat();
        let signature = platform::crypto::sign(b"whsec_for_tests", &signed).unwrap();
        let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        let event = stripe
            .read(&format!("t={time},v1={hex}"), event.as_bytes(), now)
            .unwrap();
        let Some(platform::ports::payments::PaymentEvent::Refund(refund)) = event.payment_event
        else {
            panic!("{kind} is about a refund");
        };
        assert_eq!(
            (refund.reference.as_deref(), refund.outcome),
            (Some("ours"), outcome),
            "{kind}"
        );
    }
}
