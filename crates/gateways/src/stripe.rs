//! Stripe: the customer pays on the page of Stripe, or on the page of the shop with Stripe Elements, so that card data never
//! reaches this server (PCI DSS SAQ A and A-EP). The library sends the requests; responses and events are read leniently.

mod disputes;
mod events;
mod history;
mod payments;
mod refunds;
mod response;

use crate::{limits, signature};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use platform::{
    Error, Result,
    config::Secret,
    ports::payments::{
        BadSignature, ChargeLimits, GatewayError, GatewayEvent, GatewayRefund,
        GatewayRefundRequest, NewPayment, OpenedPayment, PaymentEvent, PaymentGateway,
    },
};
use serde_json::Value;
use std::time::Duration;
use stripe::{Client, ClientBuilder, RequestStrategy, StripeError};
use wire::Currency;

/// The time-out of a request; its outcome is then looked up later.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The payment gateway Stripe.
pub struct Stripe {
    client: Client,
    webhook_secret: Secret,
}

impl Stripe {
    /// Creates the gateway with its keys; tests set another base address.
    pub fn new(key: &str, webhook_secret: Secret, base: Option<&str>) -> Result<Self> {
        let mut builder = ClientBuilder::new(key)
            .timeout(TIMEOUT)
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

/// Converts an error. A refusal is certain; after every other error, Stripe may have processed the request.
fn gateway_error(error: StripeError) -> GatewayError {
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
            GatewayError::Unknown("the response cannot be read".to_owned())
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
        Some(limits::charge_limits(currency))
    }
    fn events_since(
        &self,
        since: DateTime<Utc>,
    ) -> BoxFuture<'_, Result<Vec<GatewayEvent>, GatewayError>> {
        Box::pin(history::since(&self.client, since))
    }
    fn refunds_of<'a>(
        &'a self,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Vec<GatewayRefund>, GatewayError>> {
        Box::pin(refunds::all(&self.client, id))
    }
    fn open<'a>(
        &'a self,
        payment: &'a NewPayment,
    ) -> BoxFuture<'a, Result<OpenedPayment, GatewayError>> {
        Box::pin(payments::open(&self.client, payment))
    }
    fn close<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(payments::close(&self.client, id))
    }
    fn look_up<'a>(
        &'a self,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<PaymentEvent>, GatewayError>> {
        Box::pin(payments::look_up(&self.client, id))
    }
    fn refund<'a>(
        &'a self,
        request: &'a GatewayRefundRequest,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>> {
        Box::pin(refunds::create(&self.client, request))
    }
    fn look_up_refund<'a>(
        &'a self,
        request: &'a GatewayRefundRequest,
    ) -> BoxFuture<'a, Result<Option<GatewayRefund>, GatewayError>> {
        Box::pin(refunds::find(&self.client, request))
    }
    fn read(
        &self,
        header: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<GatewayEvent, BadSignature> {
        signature::check(self.webhook_secret.as_bytes(), header, body, now)?;
        // Read leniently: unknown fields and kinds of events must not fail.
        let event: Value = serde_json::from_slice(body).map_err(|_| BadSignature)?;
        event_of(&event).ok_or(BadSignature)
    }
}

/// Reads an authentic event of Stripe; `None` without an id or a kind.
fn event_of(event: &Value) -> Option<GatewayEvent> {
    let text = |at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_owned);
    let (id, kind) = (text("/id")?, text("/type")?);
    if let Some(total) = refunds::refund_total(&kind, event) {
        return Some(GatewayEvent {
            id,
            kind,
            gateway_transaction_id: None,
            gateway_payment_id: refunds::payment_id(event),
            transaction: None,
            payment_event: Some(PaymentEvent::Refunded(total)),
        });
    }
    if let Some(refund) = refunds::refund_of_event(&kind, event) {
        return Some(GatewayEvent {
            gateway_payment_id: refunds::payment_id(event),
            ..refund.into_event(id, kind)
        });
    }
    Some(events::read(id, kind, event))
}
