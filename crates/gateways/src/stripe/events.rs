//! Reads payments in Stripe's events. Unknown kinds and fields are ignored.

use super::disputes;
use platform::ports::payments::{GatewayEvent, PaymentEvent};
use serde_json::Value;
use wire::{Param, TransactionId};

/// Reads an event with a valid signature.
pub(super) fn read(id: String, kind: String, event: &Value) -> GatewayEvent {
    let object = event.pointer("/data/object").unwrap_or(&Value::Null);
    let text = |at: &str| {
        object
            .pointer(at)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let (payment_event, reference) = if kind.starts_with("checkout.session.") {
        (
            read_checkout_session(&kind, object),
            text("/client_reference_id"),
        )
    } else if kind.starts_with("payment_intent.") {
        (
            read_payment_intent(&kind, object),
            text("/metadata/transaction_id"),
        )
    } else if kind.starts_with("charge.dispute.") {
        (disputes::read(object).map(PaymentEvent::Dispute), None)
    } else {
        (None, None)
    };
    let is_known = payment_event.is_some();
    let is_dispute = matches!(payment_event, Some(PaymentEvent::Dispute(_)));
    GatewayEvent {
        id,
        kind,
        gateway_transaction_id: text("/id").filter(|_| is_known && !is_dispute),
        gateway_payment_id: text("/payment_intent").filter(|_| is_known),
        transaction: reference.and_then(|id| TransactionId::parse(&id).ok()),
        payment_event,
    }
}

fn read_checkout_session(kind: &str, session: &Value) -> Option<PaymentEvent> {
    match kind {
        "checkout.session.completed" if text_field(session, "payment_status") == Some("paid") => {
            paid(session, "amount_total")
        }
        "checkout.session.async_payment_succeeded" => paid(session, "amount_total"),
        "checkout.session.async_payment_failed" => Some(PaymentEvent::Declined {
            reason: "The payment failed at the customer's bank.".to_owned(),
        }),
        "checkout.session.expired" => Some(PaymentEvent::Expired),
        _ => None,
    }
}

/// Reads an event of a payment intent. A failed attempt does not end the intent: the customer can use another card.
fn read_payment_intent(kind: &str, intent: &Value) -> Option<PaymentEvent> {
    match kind {
        // Older versions of the API have no received amount: the amount of the intent was received.
        "payment_intent.succeeded" => {
            paid(intent, "amount_received").or_else(|| paid(intent, "amount"))
        }
        "payment_intent.payment_failed" => {
            let why = intent.pointer("/last_payment_error/message");
            Some(PaymentEvent::AttemptFailed {
                reason: why
                    .and_then(Value::as_str)
                    .unwrap_or("The card was declined.")
                    .chars()
                    .take(300)
                    .collect(),
            })
        }
        "payment_intent.canceled" => Some(PaymentEvent::Expired),
        _ => None,
    }
}

fn paid(object: &Value, amount: &str) -> Option<PaymentEvent> {
    Some(PaymentEvent::Paid {
        minor: object.get(amount).and_then(Value::as_i64)?,
        currency: text_field(object, "currency")?.to_uppercase(),
    })
}

fn text_field<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}
