//! The events that Stripe keeps for 30 days: <https://docs.stripe.com/api/events/list>. They include the events of lost
//! webhooks.

use super::{event_of, gateway_error};
use chrono::{DateTime, Utc};
use miniserde::json::Value as Response;
use platform::ports::payments::{GatewayError, GatewayEvent};
use serde_json::Value;
use stripe::Client;
use stripe_client_core::{RequestBuilder, StripeMethod};

/// The kinds of events that are read; Stripe accepts 20 at most.
const KINDS: [&str; 15] = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.refunded",
    "charge.refund.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
];
const PAGE: &str = "100";

/// Returns every event since a moment, the oldest first.
pub(super) async fn since(
    client: &Client,
    since: DateTime<Utc>,
) -> Result<Vec<GatewayEvent>, GatewayError> {
    let mut events: Vec<GatewayEvent> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = page(client, since, after.as_deref()).await?;
        let data = page.get("data").and_then(Value::as_array);
        let data =
            data.ok_or_else(|| GatewayError::Unknown("the events cannot be read".to_owned()))?;
        events.extend(data.iter().filter_map(event_of));
        let last = data.last().and_then(|last| last.get("id"));
        after = last.and_then(Value::as_str).map(str::to_owned);
        let has_more = page.get("has_more").and_then(Value::as_bool) == Some(true);
        if !has_more || after.is_none() {
            break;
        }
    }
    events.reverse();
    Ok(events)
}

async fn page(
    client: &Client,
    since: DateTime<Utc>,
    after: Option<&str>,
) -> Result<Value, GatewayError> {
    let mut parameters = vec![
        ("created[gte]".to_owned(), since.timestamp().to_string()),
        ("limit".to_owned(), PAGE.to_owned()),
    ];
    let kinds = KINDS.iter().enumerate();
    parameters.extend(kinds.map(|(index, kind)| (format!("types[{index}]"), (*kind).to_owned())));
    parameters.extend(after.map(|id| ("starting_after".to_owned(), id.to_owned())));
    let response: Response = RequestBuilder::new(StripeMethod::Get, "/events")
        .query(&std::collections::BTreeMap::from_iter(parameters))
        .customize()
        .send(client)
        .await
        .map_err(gateway_error)?;
    // The object of an event is read like that of a webhook.
    serde_json::from_str(&miniserde::json::to_string(&response))
        .map_err(|_| GatewayError::Unknown("the events cannot be read".to_owned()))
}
