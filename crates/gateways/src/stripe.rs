//! Stripe: the customer pays on Stripe's page, or on the shop's with Stripe's elements, so that no card ever comes
//! near us (PCI DSS SAQ A and A-EP). The library makes the requests; answers and events are read leniently.

mod answer;
mod disputes;
mod events;
mod history;
mod payments;
mod refunds;

use crate::{limits, signature};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use platform::{
    Error, Result,
    config::Secret,
    ports::payments::{
        BadSignature, ChargeLimits, Event, GatewayError, GivingBack, News, Opened, Opening,
        PaymentGateway, RefundTold,
    },
};
use serde_json::Value;
use std::time::Duration;
use stripe::{Client, ClientBuilder, RequestStrategy, StripeError};
use wire::Currency;

/// Silence for longer is a time-out: what became of it is asked later.
const PATIENCE: Duration = Duration::from_secs(20);

/// Stripe.
pub struct Stripe {
    client: Client,
    webhook_secret: Secret,
}

impl Stripe {
    /// With its keys; another base address serves tests.
    pub fn new(key: &str, webhook_secret: Secret, base: Option<&str>) -> Result<Self> {
        let mut builder = ClientBuilder::new(key)
            .timeout(PATIENCE)
            .request_strategy(RequestStrategy::Once);
        if let Some(base) = base {
            builder = builder.url(base);
        }
        // The error may repeat the key, so it is not passed on.
        Ok(Self {
            client: builder.build().map_err(|_| {
                Error::internal("STRIPE_SECRET_KEY or STRIPE_API_BASE is not accepted")
            })?,
            webhook_secret,
        })
    }
}

/// A clear no is a refusal; everything else may have been done all the same.
fn told(error: StripeError) -> GatewayError {
    match error {
        StripeError::Stripe(error, status)
            if (400..500).contains(&status) && !matches!(status, 409 | 429) =>
        {
            GatewayError::Refused(
                error
                    .message
                    .clone()
                    .unwrap_or_else(|| format!("status {status}")),
            )
        }
        StripeError::Stripe(_, status) => GatewayError::Unknown(format!("status {status}")),
        StripeError::ConfigError(why) => GatewayError::Refused(why),
        StripeError::JSONDeserialize(_) => {
            GatewayError::Unknown("the answer cannot be read".to_owned())
        }
        StripeError::ClientError(_) => GatewayError::Unknown("the connection failed".to_owned()),
        StripeError::Timeout => GatewayError::Unknown("no answer in time".to_owned()),
    }
}

impl PaymentGateway for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }
    fn limits(&self, currency: Currency) -> Option<ChargeLimits> {
        Some(limits::of(currency))
    }
    fn events_since(
        &self,
        since: DateTime<Utc>,
    ) -> BoxFuture<'_, Result<Vec<Event>, GatewayError>> {
        Box::pin(history::since(&self.client, since))
    }
    fn refunds_of<'a>(
        &'a self,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Vec<RefundTold>, GatewayError>> {
        Box::pin(refunds::all(&self.client, id))
    }
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, GatewayError>> {
        Box::pin(payments::open(&self.client, opening))
    }
    fn close<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(payments::close(&self.client, id))
    }
    fn look_up<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<News>, GatewayError>> {
        Box::pin(payments::look_up(&self.client, id))
    }
    fn refund<'a>(
        &'a self,
        back: &'a GivingBack,
    ) -> BoxFuture<'a, Result<RefundTold, GatewayError>> {
        Box::pin(refunds::create(&self.client, back))
    }
    fn look_up_refund<'a>(
        &'a self,
        back: &'a GivingBack,
    ) -> BoxFuture<'a, Result<Option<RefundTold>, GatewayError>> {
        Box::pin(refunds::find(&self.client, back))
    }
    fn read(&self, header: &str, body: &[u8], now: DateTime<Utc>) -> Result<Event, BadSignature> {
        signature::check(self.webhook_secret.as_bytes(), header, body, now)?;
        // Read leniently: fields and kinds of events that we do not know must not fail a parse.
        let event: Value = serde_json::from_slice(body).map_err(|_| BadSignature)?;
        event_of(&event).ok_or(BadSignature)
    }
}

/// Reads an authentic event of Stripe; `None` without an id or a kind.
fn event_of(event: &Value) -> Option<Event> {
    let text = |at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let (id, kind) = (text("/id")?, text("/type")?);
    if let Some(total) = refunds::refunded_in_all(&kind, event) {
        return Some(Event {
            id,
            kind,
            gateway_transaction_id: None,
            gateway_payment_id: refunds::payment_named(event),
            transaction: None,
            news: Some(News::Refunded(total)),
        });
    }
    if let Some(told) = refunds::told_by(&kind, event) {
        return Some(Event {
            gateway_payment_id: refunds::payment_named(event),
            ..told.as_event(id, kind)
        });
    }
    Some(events::read(id, kind, event))
}
