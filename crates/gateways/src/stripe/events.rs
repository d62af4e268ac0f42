//! What Stripe's events say of payments. Kinds and fields that we do not know say nothing, and stop nothing.

use super::disputes;
use platform::ports::payments::{Event, News};
use serde_json::Value;
use wire::{Param, TransactionId};

/// Reads an event whose signature was good.
pub(super) fn read(id: String, kind: String, event: &Value) -> Event {
    let object = event.pointer("/data/object").unwrap_or(&Value::Null);
    let text = |at: &str| {
        object
            .pointer(at)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let (news, reference) = if kind.starts_with("checkout.session.") {
        (of_page(&kind, object), text("/client_reference_id"))
    } else if kind.starts_with("payment_intent.") {
        (of_intent(&kind, object), text("/metadata/transaction_id"))
    } else if kind.starts_with("charge.dispute.") {
        (disputes::read(object).map(News::Dispute), None)
    } else {
        (None, None)
    };
    let is_ours = news.is_some();
    let is_dispute = matches!(news, Some(News::Dispute(_)));
    Event {
        id,
        kind,
        gateway_transaction_id: text("/id").filter(|_| is_ours && !is_dispute),
        gateway_payment_id: text("/payment_intent").filter(|_| is_ours),
        transaction: reference.and_then(|id| TransactionId::parse(&id).ok()),
        news,
    }
}

fn of_page(kind: &str, session: &Value) -> Option<News> {
    match kind {
        "checkout.session.completed" if word(session, "payment_status") == Some("paid") => {
            paid(session, "amount_total")
        }
        "checkout.session.async_payment_succeeded" => paid(session, "amount_total"),
        "checkout.session.async_payment_failed" => Some(News::Declined {
            reason: "The payment failed at the customer's bank.".to_owned(),
        }),
        "checkout.session.expired" => Some(News::Expired),
        _ => None,
    }
}

/// A failed try at an intent is not its end: the customer can take another card.
fn of_intent(kind: &str, intent: &Value) -> Option<News> {
    match kind {
        // Older versions of the API do not say what was received apart: then it is all of the amount.
        "payment_intent.succeeded" => {
            paid(intent, "amount_received").or_else(|| paid(intent, "amount"))
        }
        "payment_intent.payment_failed" => {
            let why = intent.pointer("/last_payment_error/message");
            Some(News::Refused {
                reason: why
                    .and_then(Value::as_str)
                    .unwrap_or("The card was declined.")
                    .chars()
                    .take(300)
                    .collect(),
            })
        }
        "payment_intent.canceled" => Some(News::Expired),
        _ => None,
    }
}

fn paid(object: &Value, amount: &str) -> Option<News> {
    Some(News::Paid {
        minor: object.get(amount).and_then(Value::as_i64)?,
        currency: word(object, "currency")?.to_uppercase(),
    })
}

fn word<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}
