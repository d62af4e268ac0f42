//! The payment simulator: opens payments that nobody pays, and tells what it is told to tell, by signed webhooks as
//! a gateway would. Everything follows from the transaction's id; what it keeps is its books, where it is given any.

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
        BadSignature, ChargeLimits, Event, GatewayError, GivingBack, News, Opened, Opening,
        PaymentGateway, RefundTold,
    },
};
use serde::{Deserialize, Serialize};
use wire::{
    Currency, Money, TransactionId,
    billing::{orders::Checkout, transactions::SimulatedOutcome},
};

const NAME: &str = "simulator";
const PREFIX: &str = "sim_";

/// Pretends to take payments.
pub struct Simulator {
    secret: Vec<u8>,
    journal: Journal,
}

/// What its webhooks say.
#[derive(Serialize, Deserialize)]
struct Said {
    id: String,
    kind: String,
    transaction: TransactionId,
    minor: i64,
    currency: String,
    reason: Option<String>,
}

impl Simulator {
    /// Signs with a key of its own, derived from the server's secret.
    pub fn new(server_secret: &[u8]) -> Result<Self> {
        Ok(Self {
            secret: crypto::sign(server_secret, b"payment simulator")?,
            journal: Journal::default(),
        })
    }

    /// The one of the configuration, with its journal.
    pub fn of(config: &Config) -> Result<Self> {
        Ok(Self {
            journal: Journal::at(config.payments.simulator_journal.as_deref()),
            ..Self::new(&config.jwt_secret)?
        })
    }

    /// The webhook with which it tells the outcome of a payment: the signature header, and the body.
    pub fn tell(
        &self,
        transaction: TransactionId,
        outcome: SimulatedOutcome,
        amount: &Money,
        currency: Currency,
        now: DateTime<Utc>,
    ) -> Result<(String, Vec<u8>)> {
        let minor = amount
            .minor(currency)
            .ok_or_else(|| Error::internal("an amount finer than its currency"))?;
        if outcome == SimulatedOutcome::Succeed {
            self.journal.note(
                "paid",
                &transaction.to_string(),
                (minor, &currency.to_string()),
            )?;
        }
        let said = Said {
            id: format!("evt_{outcome}_{}", transaction.0.simple()),
            kind: format!("payment.{outcome}"),
            transaction,
            minor,
            currency: currency.to_string(),
            reason: (outcome == SimulatedOutcome::Decline)
                .then(|| "The card was declined.".to_owned()),
        };
        let body = serde_json::to_vec(&said).map_err(Error::internal)?;
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
        Some(limits::of(currency))
    }
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, GatewayError>> {
        let id = format!("{PREFIX}{}", opening.transaction.0.simple());
        let secret = (opening.checkout == Checkout::Intent).then(|| format!("{id}_secret").into());
        Box::pin(async move {
            Ok(Opened {
                client_secret: secret,
                ..Opened::known(id)
            })
        })
    }
    fn close<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(async { Ok(()) })
    }
    fn look_up<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<News>, GatewayError>> {
        Box::pin(async { Ok(None) })
    }
    fn refund<'a>(
        &'a self,
        back: &'a GivingBack,
    ) -> BoxFuture<'a, Result<RefundTold, GatewayError>> {
        Box::pin(async { self.pay_back(back) })
    }
    fn look_up_refund<'a>(
        &'a self,
        back: &'a GivingBack,
    ) -> BoxFuture<'a, Result<Option<RefundTold>, GatewayError>> {
        Box::pin(async { self.paid_back(back) })
    }
    fn read(&self, header: &str, body: &[u8], now: DateTime<Utc>) -> Result<Event, BadSignature> {
        signature::check(&self.secret, header, body, now)?;
        if let Some(event) = refunds::read(body) {
            return Ok(event);
        }
        let said: Said = serde_json::from_slice(body).map_err(|_| BadSignature)?;
        let news = match said.kind.as_str() {
            "payment.succeed" => Some(News::Paid {
                minor: said.minor,
                currency: said.currency,
            }),
            "payment.decline" => Some(News::Declined {
                reason: said.reason.unwrap_or_default(),
            }),
            _ => None,
        };
        let reference = format!("{PREFIX}{}", said.transaction.0.simple());
        Ok(Event {
            id: said.id,
            kind: said.kind,
            gateway_transaction_id: Some(reference),
            gateway_payment_id: None,
            transaction: Some(said.transaction),
            news,
        })
    }
}
