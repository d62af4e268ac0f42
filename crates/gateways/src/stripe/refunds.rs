//! Refunds at Stripe. What it answers is read as leniently as its events: only the few fields that matter here.

use super::told;
use miniserde::json::{Number, Value as Answer};
use platform::ports::payments::{
    GatewayError, GivingBack, RefundOutcome, RefundTold, RefundedInAll,
};
use serde_json::Value;
use stripe::{Client, IdempotencyKey, RequestStrategy};
use stripe_client_core::{RequestBuilder, StripeMethod};

/// What a refund is found again by, among those of its payment.
const REFERENCE: &str = "refund_id";

/// Gives money back, under our reference as its key.
pub(super) async fn create(client: &Client, back: &GivingBack) -> Result<RefundTold, GatewayError> {
    let refused = |why: &str| GatewayError::Refused(why.to_owned());
    let minor = back
        .amount
        .minor(back.currency)
        .ok_or_else(|| refused("the amount is finer than its currency"))?;
    let (kind, payment) = payment_of(client, &back.gateway_transaction_id).await?;
    let key = IdempotencyKey::new(format!("refund-{}", back.reference))
        .map_err(|_| refused("no idempotency key"))?;
    let form = [
        (kind.to_owned(), payment),
        ("amount".to_owned(), minor.to_string()),
        (format!("metadata[{REFERENCE}]"), back.reference.clone()),
    ];
    let answer: Answer = RequestBuilder::new(StripeMethod::Post, "/refunds")
        .form(&std::collections::BTreeMap::from(form))
        .customize()
        .request_strategy(RequestStrategy::Idempotent(key))
        .send(client)
        .await
        .map_err(told)?;
    read(&answer).ok_or_else(|| GatewayError::Unknown("the answer cannot be read".to_owned()))
}

/// The refund of a payment that bears our reference.
pub(super) async fn find(
    client: &Client,
    back: &GivingBack,
) -> Result<Option<RefundTold>, GatewayError> {
    let ours = |told: &RefundTold| told.reference.as_deref() == Some(back.reference.as_str());
    let all = all(client, &back.gateway_transaction_id).await?;
    Ok(all.into_iter().find(ours))
}

/// Returns every refund of a payment.
pub(super) async fn all(client: &Client, id: &str) -> Result<Vec<RefundTold>, GatewayError> {
    let (kind, payment) = payment_of(client, id).await?;
    let asked = [
        (kind.to_owned(), payment),
        ("limit".to_owned(), "100".to_owned()),
    ];
    let answer: Answer = RequestBuilder::new(StripeMethod::Get, "/refunds")
        .query(&std::collections::BTreeMap::from(asked))
        .customize()
        .send(client)
        .await
        .map_err(told)?;
    let Some(Answer::Array(all)) = field(&answer, "data") else {
        return Err(GatewayError::Unknown(
            "the answer cannot be read".to_owned(),
        ));
    };
    Ok(all.iter().filter_map(read).collect())
}

/// What a refund is asked of: the payment intent of a checkout, or the payment itself.
async fn payment_of(client: &Client, id: &str) -> Result<(&'static str, String), GatewayError> {
    if id.starts_with("pi_") {
        return Ok(("payment_intent", id.to_owned()));
    }
    if !id.starts_with("cs_") {
        return Ok(("charge", id.to_owned()));
    }
    let path = format!("/checkout/sessions/{id}");
    let session: Answer = RequestBuilder::new(StripeMethod::Get, path)
        .customize()
        .send(client)
        .await
        .map_err(told)?;
    text(&session, "payment_intent")
        .map(|intent| ("payment_intent", intent))
        .ok_or_else(|| GatewayError::Refused("Stripe knows of no payment to give back".to_owned()))
}

fn read(refund: &Answer) -> Option<RefundTold> {
    let reference = field(refund, "metadata").and_then(|about| text(about, REFERENCE));
    let minor = match field(refund, "amount") {
        Some(Answer::Number(Number::U64(minor))) => i64::try_from(*minor).ok(),
        Some(Answer::Number(Number::I64(minor))) => Some(*minor),
        _ => None,
    };
    let why = text(refund, "failure_reason");
    Some(RefundTold {
        gateway_refund_id: text(refund, "id")?,
        reference,
        outcome: outcome(
            &text(refund, "status")?,
            minor.zip(text(refund, "currency")),
            why,
        )?,
    })
}

/// What an event says of a refund, if it is about one. Stripe tells the same under several names.
pub(super) fn told_by(kind: &str, event: &Value) -> Option<RefundTold> {
    if !matches!(
        kind,
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated"
    ) {
        return None;
    }
    refund_of(event.pointer("/data/object")?)
}

/// Reads the refunded total of a charge from an event. Older versions of the API list the refunds in it.
pub(super) fn refunded_in_all(kind: &str, event: &Value) -> Option<RefundedInAll> {
    if kind != "charge.refunded" {
        return None;
    }
    let charge = event.pointer("/data/object")?;
    let listed = charge.pointer("/refunds/data").and_then(Value::as_array);
    Some(RefundedInAll {
        minor: charge.get("amount_refunded").and_then(Value::as_i64)?,
        currency: charge
            .get("currency")
            .and_then(Value::as_str)?
            .to_uppercase(),
        refunds: listed.map_or_else(Vec::new, |all| all.iter().filter_map(refund_of).collect()),
    })
}

fn refund_of(object: &Value) -> Option<RefundTold> {
    let text = |at: &str| {
        object
            .pointer(at)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let amount = object.pointer("/amount").and_then(Value::as_i64);
    Some(RefundTold {
        gateway_refund_id: text("/id")?,
        reference: text(&format!("/metadata/{REFERENCE}")),
        outcome: outcome(
            &text("/status")?,
            amount.zip(text("/currency")),
            text("/failure_reason"),
        )?,
    })
}

/// The payment whose money an event says was given back.
pub(super) fn payment_named(event: &Value) -> Option<String> {
    let object = event.pointer("/data/object")?;
    let named = |name: &str| object.get(name).and_then(Value::as_str);
    named("payment_intent")
        .or_else(|| named("charge"))
        .or_else(|| named("id").filter(|id| id.starts_with("ch_")))
        .map(str::to_owned)
}

fn outcome(
    status: &str,
    amount: Option<(i64, String)>,
    why: Option<String>,
) -> Option<RefundOutcome> {
    Some(match status {
        "succeeded" => {
            let (minor, currency) = amount?;
            RefundOutcome::Processed {
                minor,
                currency: currency.to_uppercase(),
            }
        }
        "failed" | "canceled" => RefundOutcome::Failed {
            reason: why.map_or_else(
                || format!("Stripe says: {status}."),
                |why| format!("Stripe says: {}.", why.replace('_', " ")),
            ),
        },
        _ => RefundOutcome::Pending,
    })
}

fn field<'a>(of: &'a Answer, name: &str) -> Option<&'a Answer> {
    match of {
        Answer::Object(fields) => fields.get(name),
        _ => None,
    }
}

fn text(of: &Answer, name: &str) -> Option<String> {
    match field(of, name) {
        Some(Answer::String(text)) => Some(text.clone()),
        _ => None,
    }
}
