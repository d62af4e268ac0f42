//! The payment simulator: opens payments that are never charged, and creates signed webhooks with a requested outcome, like a
//! gateway. Its ids are derived from the id of the transaction; its only state is the journal, if one is configured.

mod journal;
mod refunds;

use crate::{limits, signature};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use journal::Journal;
use platform::{
    Error, Result,
    config::Config,
    crypto,
    ports::payments::{
        BadSignature, ChargeLimits, GatewayError, GatewayEvent, GatewayRefund,
        GatewayRefundRequest, NewPayment, OpenedPayment, PaymentEvent, PaymentGateway,
    },
};
use serde::{Deserialize, Serialize};
use wire::{
    Currency, Money, TransactionId,
    billing::{orders::Checkout, transactions::SimulatedOutcome},
};

const NAME: &str = "simulator";
const PREFIX: &str = "sim_";

/// A payment gateway that simulates payments.
pub struct Simulator {
    secret: Vec<u8>,
    journal: Journal,
}

/// The body of a webhook.
#[derive(Serialize, Deserialize)]
struct WebhookBody {
    id: String,
    kind: String,
    transaction: TransactionId,
    minor: i64,
    currency: String,
    reason: Option<String>,
}

impl Simulator {
    /// Creates a simulator whose signing key is derived from the secret of the server.
    pub fn new(server_secret: &[u8]) -> Result<Self> {
        Ok(Self {
            secret: crypto::sign(server_secret, b"payment simulator")?,
            journal: Journal::default(),
        })
    }

    /// Creates the simulator of the configuration, with its journal.
    pub fn from_config(config: &Config) -> Result<Self> {
        Ok(Self {
            journal: Journal::open(config.payments.simulator_journal.as_deref()),
            ..Self::new(&config.jwt_secret)?
        })
    }

    /// Returns the webhook about the outcome of a payment: the signature header and the body.
    pub fn signed_webhook(
        &self,
        transaction: TransactionId,
        outcome: SimulatedOutcome,
        amount: &Money,
        currency: Currency,
        now: DateTime<Utc>,
    ) -> Result<(String, Vec<u8>)> {
        let minor = amount
            .minor(currency)
            .ok_or_else(|| Error::internal("an amount with more decimals than its currency"))?;
        if outcome == SimulatedOutcome::Succeed {
            self.journal.record(
                "paid",
                &transaction.to_string(),
                minor,
                &currency.to_string(),
            )?;
        }
        let webhook = WebhookBody {
            id: format!("evt_{outcome}_{}", transaction.0.simple()),
            kind: format!("payment.{outcome}"),
            transaction,
            minor,
            currency: currency.to_string(),
            reason: (outcome == SimulatedOutcome::Decline)
                .then(|| "The card was declined.".to_owned()),
        };
        let body = serde_json::to_vec(&webhook).map_err(Error::internal)?;
        Ok((signature::header(&self.secret, &body, now)?, body))
    }
}

impl PaymentGateway for Simulator {
    fn name(&self) -> &'static str {
        NAME
    }
    fn is_simulated(&self) -> bool {
        true
    }
    fn limits(&self, currency: Currency) -> Option<ChargeLimits> {
        Some(limits::charge_limits(currency))
    }
    fn open<'a>(
        &'a self,
        payment: &'a NewPayment,
    ) -> BoxFuture<'a, Result<OpenedPayment, GatewayError>> {
        let id = format!("{PREFIX}{}", payment.transaction.0.simple());
        let secret = (payment.checkout == Checkout::Intent).then(|| format!("{id}_secret").into());
        Box::pin(async move {
            Ok(OpenedPayment {
                client_secret: secret,
                ..OpenedPayment::known(id)
            })
        })
    }
    fn close<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(async { Ok(()) })
    }
    fn look_up<'a>(
        &'a self,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Option<PaymentEvent>, GatewayError>> {
        Box::pin(async { Ok(None) })
    }
    fn refund<'a>(
        &'a self,
        request: &'a GatewayRefundRequest,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>> {
        Box::pin(async { self.create_refund(request) })
    }
    fn look_up_refund<'a>(
        &'a self,
        request: &'a GatewayRefundRequest,
    ) -> BoxFuture<'a, Result<Option<GatewayRefund>, GatewayError>> {
        Box::pin(async { self.find_refund(request) })
    }
    fn read(
        &self,
        header: &str,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<GatewayEvent, BadSignature> {
        signature::check(&self.secret, header, body, now)?;
        if let Some(event) = refunds::read(body) {
            return Ok(event);
        }
        let webhook: WebhookBody = serde_json::from_slice(body).map_err(|_| BadSignature)?;
        let payment_event = match webhook.kind.as_str() {
            "payment.succeed" => Some(PaymentEvent::Paid {
                minor: webhook.minor,
                currency: webhook.currency,
            }),
            "payment.decline" => Some(PaymentEvent::Declined {
                reason: webhook.reason.unwrap_or_default(),
            }),
            _ => None,
        };
        let reference = format!("{PREFIX}{}", webhook.transaction.0.simple());
        Ok(GatewayEvent {
            id: webhook.id,
            kind: webhook.kind,
            gateway_transaction_id: Some(reference),
            gateway_payment_id: None,
            transaction: Some(webhook.transaction),
            payment_event,
        })
    }
}
