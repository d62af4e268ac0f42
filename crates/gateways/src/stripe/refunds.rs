//! Refunds at Stripe. Responses are read as leniently as events: only the fields that are used.

use super::gateway_error;
use miniserde::json::{Number, Value as Response};
use platform::ports::payments::{
    GatewayError, GatewayRefund, GatewayRefundRequest, RefundOutcome, RefundTotal,
};
use serde_json::Value;
use stripe::{Client, IdempotencyKey, RequestStrategy};
use stripe_client_core::{RequestBuilder, StripeMethod};

/// The metadata field by which a refund is found among those of its payment.
const REFERENCE: &str = "refund_id";

/// Creates a refund with the reference as idempotency key.
pub(super) async fn create(
    client: &Client,
    request: &GatewayRefundRequest,
) -> Result<GatewayRefund, GatewayError> {
    let refused = |why: &str| GatewayError::Refused(why.to_owned());
    let minor = request
        .amount
        .minor(request.currency)
        .ok_or_else(|| refused("the amount has more decimals than its currency"))?;
    let (kind, payment) = payment_of(client, &request.gateway_transaction_id).await?;
    let key = IdempotencyKey::new(format!("refund-{}", request.reference))
        .map_err(|_| refused("no idempotency key"))?;
    let form = [
        (kind.to_owned(), payment),
        ("amount".to_owned(), minor.to_string()),
        (format!("metadata[{REFERENCE}]"), request.reference.clone()),
    ];
    let response: Response = RequestBuilder::new(StripeMethod::Post, "/refunds")
        .form(&std::collections::BTreeMap::from(form))
        .customize()
        .request_strategy(RequestStrategy::Idempotent(key))
        .send(client)
        .await
        .map_err(gateway_error)?;
    read(&response).ok_or_else(|| GatewayError::Unknown("the response cannot be read".to_owned()))
}

/// Returns the refund of a payment with the reference of the request.
pub(super) async fn find(
    client: &Client,
    request: &GatewayRefundRequest,
) -> Result<Option<GatewayRefund>, GatewayError> {
    let is_requested =
        |refund: &GatewayRefund| refund.reference.as_deref() == Some(request.reference.as_str());
    let all = all(client, &request.gateway_transaction_id).await?;
    Ok(all.into_iter().find(is_requested))
}

/// Returns every refund of a payment.
pub(super) async fn all(client: &Client, id: &str) -> Result<Vec<GatewayRefund>, GatewayError> {
    let (kind, payment) = payment_of(client, id).await?;
    let query = [
        (kind.to_owned(), payment),
        ("limit".to_owned(), "100".to_owned()),
    ];
    let response: Response = RequestBuilder::new(StripeMethod::Get, "/refunds")
        .query(&std::collections::BTreeMap::from(query))
        .customize()
        .send(client)
        .await
        .map_err(gateway_error)?;
    let Some(Response::Array(all)) = field(&response, "data") else {
        return Err(GatewayError::Unknown(
            "the response cannot be read".to_owned(),
        ));
    };
    Ok(all.iter().filter_map(read).collect())
}

/// Returns the parameter and the id of the payment to refund: the payment intent of a checkout session, or the payment itself.
async fn payment_of(client: &Client, id: &str) -> Result<(&'static str, String), GatewayError> {
    if id.starts_with("pi_") {
        return Ok(("payment_intent", id.to_owned()));
    }
    if !id.starts_with("cs_") {
        return Ok(("charge", id.to_owned()));
    }
    let path = format!("/checkout/sessions/{id}");
    let session: Response = RequestBuilder::new(StripeMethod::Get, path)
        .customize()
        .send(client)
        .await
        .map_err(gateway_error)?;
    text(&session, "payment_intent")
        .map(|intent| ("payment_intent", intent))
        .ok_or_else(|| GatewayError::Refused("Stripe has no payment to refund".to_owned()))
}

fn read(refund: &Response) -> Option<GatewayRefund> {
    let reference = field(refund, "metadata").and_then(|metadata| text(metadata, REFERENCE));
    let minor = match field(refund, "amount") {
        Some(Response::Number(Number::U64(minor))) => i64::try_from(*minor).ok(),
        Some(Response::Number(Number::I64(minor))) => Some(*minor),
        _ => None,
    };
    let why = text(refund, "failure_reason");
    Some(GatewayRefund {
        gateway_refund_id: text(refund, "id")?,
        reference,
        outcome: outcome(
            &text(refund, "status")?,
            minor.zip(text(refund, "currency")),
            why,
        )?,
    })
}

/// Reads the refund in an event, if the event is about one. Stripe reports the same change in several events.
pub(super) fn refund_of_event(kind: &str, event: &Value) -> Option<GatewayRefund> {
    if !matches!(
        kind,
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated"
    ) {
        return None;
    }
    refund_of(event.pointer("/data/object")?)
}

/// Reads the refunded total of a charge from an event. Older versions of the API list the refunds in it.
pub(super) fn refund_total(kind: &str, event: &Value) -> Option<RefundTotal> {
    if kind != "charge.refunded" {
        return None;
    }
    let charge = event.pointer("/data/object")?;
    let listed = charge.pointer("/refunds/data").and_then(Value::as_array);
    Some(RefundTotal {
        minor: charge.get("amount_refunded").and_then(Value::as_i64)?,
        currency: charge
            .get("currency")
            .and_then(Value::as_str)?
            .to_uppercase(),
        refunds: listed.map_or_else(Vec::new, |all| all.iter().filter_map(refund_of).collect()),
    })
}

fn refund_of(object: &Value) -> Option<GatewayRefund> {
    let text = |at: &str| {
        object
            .pointer(at)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let amount = object.pointer("/amount").and_then(Value::as_i64);
    Some(GatewayRefund {
        gateway_refund_id: text("/id")?,
        reference: text(&format!("/metadata/{REFERENCE}")),
        outcome: outcome(
            &text("/status")?,
            amount.zip(text("/currency")),
            text("/failure_reason"),
        )?,
    })
}

/// Returns the id of the refunded payment in an event.
pub(super) fn payment_id(event: &Value) -> Option<String> {
    let object = event.pointer("/data/object")?;
    let id_in = |name: &str| object.get(name).and_then(Value::as_str);
    id_in("payment_intent")
        .or_else(|| id_in("charge"))
        .or_else(|| id_in("id").filter(|id| id.starts_with("ch_")))
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
                || format!("Stripe reported: {status}."),
                |why| format!("Stripe reported: {}.", why.replace('_', " ")),
            ),
        },
        _ => RefundOutcome::Pending,
    })
}

fn field<'a>(object: &'a Response, name: &str) -> Option<&'a Response> {
    match object {
        Response::Object(fields) => fields.get(name),
        _ => None,
    }
}

fn text(object: &Response, name: &str) -> Option<String> {
    match field(object, name) {
        Some(Response::String(text)) => Some(text.clone()),
        _ => None,
    }
}
