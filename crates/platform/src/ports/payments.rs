//! Taking payments. Amounts go out and come back with their currency, and are compared, never believed.

use crate::config::Secret;
use futures_util::future::BoxFuture;
use wire::{
    Currency, Money, RefundId, TransactionId, billing::disputes::DisputeState,
    billing::orders::Checkout,
};

/// A payment to be opened at the gateway. The transaction's id is our reference and the idempotency key.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Our transaction.
    pub transaction: TransactionId,
    /// What is sold, as the customer reads it.
    pub title: String,
    /// How much.
    pub amount: Money,
    /// In which currency.
    pub currency: Currency,
    /// Where the customer's browser goes afterwards.
    pub return_url: String,
    /// Until when it can be paid.
    pub expires_at: chrono::DateTime<chrono::Utc>,
    /// Where the card is taken.
    pub checkout: Checkout,
}

/// A payment that the gateway waits for. It does not print: the secret is what a card is taken with.
#[derive(Clone, PartialEq)]
pub struct Opened {
    /// The gateway's id of it.
    pub gateway_transaction_id: String,
    /// Where the customer pays, if that is a page.
    pub checkout_url: Option<String>,
    /// What the shop's own page takes the card with, if it is that.
    pub client_secret: Option<Secret>,
}

impl Opened {
    /// One of which nothing is known but the gateway's id.
    pub fn known(gateway_transaction_id: String) -> Self {
        Self {
            gateway_transaction_id,
            checkout_url: None,
            client_secret: None,
        }
    }
}

/// Something that the gateway tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The gateway's id of the event, for telling repetitions.
    pub id: String,
    /// Its kind, in the gateway's words.
    pub kind: String,
    /// The gateway's id of the payment.
    pub gateway_transaction_id: Option<String>,
    /// What the gateway calls the payment itself, where that is something else than what was opened.
    pub gateway_payment_id: Option<String>,
    /// Our reference, as it came back.
    pub transaction: Option<TransactionId>,
    /// What became of the payment; `None` for news that does not concern us.
    pub news: Option<News>,
}

/// What became of a payment.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The money has come in.
    Paid {
        /** How much, in smallest units. */
        minor: i64,
        /** In which currency, upper case. */
        currency: String,
    },
    /// One try has failed; the customer can try again.
    Refused {
        /** Why, in words fit for a customer. */
        reason: String,
    },
    /// It was declined for good.
    Declined {
        /** Why, in words fit for a customer. */
        reason: String,
    },
    /// It can no longer be paid.
    Expired,
    /// Money given back for it has come a step further.
    Refund(RefundTold),
    /// The total that was refunded of it.
    Refunded(RefundedInAll),
    /// The customer's bank takes it back, or has given up.
    Dispute(DisputeTold),
}

/// Money to be given back for a payment. The reference is ours: it names this one attempt, is the idempotency key,
/// and is written on the refund at the gateway, where it is found again by it.
#[derive(Debug, Clone, PartialEq)]
pub struct GivingBack {
    /// Our refund.
    pub refund: RefundId,
    /// This attempt at it.
    pub reference: String,
    /// The gateway's id of the payment.
    pub gateway_transaction_id: String,
    /// How much.
    pub amount: Money,
    /// In which currency.
    pub currency: Currency,
}

/// What the gateway says of a refund.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundTold {
    /// The gateway's id of it.
    pub gateway_refund_id: String,
    /// Our reference, as it came back.
    pub reference: Option<String>,
    /// What became of it.
    pub outcome: RefundOutcome,
}

impl RefundTold {
    /// The event that tells this.
    pub fn as_event(self, id: String, kind: String) -> Event {
        Event {
            id,
            kind,
            gateway_transaction_id: None,
            gateway_payment_id: None,
            transaction: None,
            news: Some(News::Refund(self)),
        }
    }
}

/// The total that the gateway has refunded of a payment, including refunds that were made at the gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundedInAll {
    /// The amount in minor units.
    pub minor: i64,
    /// The currency code in upper case.
    pub currency: String,
    /// The single refunds, where the gateway names them.
    pub refunds: Vec<RefundTold>,
}

/// The limits of one charge in a currency at a gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct ChargeLimits {
    /// The smallest amount.
    pub least: Money,
    /// The largest amount.
    pub most: Money,
}

/// What the gateway says of a dispute.
#[derive(Debug, Clone, PartialEq)]
pub struct DisputeTold {
    /// The gateway's id of it.
    pub gateway_dispute_id: String,
    /// How far it has come.
    pub state: DisputeState,
    /// Why the customer's bank says so, in the gateway's word.
    pub reason: Option<String>,
    /// How much is taken back, in smallest units.
    pub minor: i64,
    /// In which currency, upper case.
    pub currency: String,
    /// Until when it can be answered.
    pub due_by: Option<chrono::DateTime<chrono::Utc>>,
}

/// What became of a refund.
#[derive(Debug, Clone, PartialEq)]
pub enum RefundOutcome {
    /// It is on its way; the gateway will tell.
    Pending,
    /// The money has gone out.
    Processed {
        /** How much, in smallest units. */
        minor: i64,
        /** In which currency, upper case. */
        currency: String,
    },
    /// It has failed; the money has stayed, or come back.
    Failed {
        /** Why. */
        reason: String,
    },
}

/// Why the gateway did not do as asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GatewayError {
    /// It refused; asking again will not help.
    #[error("the gateway refused: {0}")]
    Refused(String),
    /// Nobody knows whether it was done; ask again with the same key.
    #[error("the gateway's answer is unknown: {0}")]
    Unknown(String),
}

/// The fault of a webhook that is not the gateway's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadSignature;

/// A payment gateway.
pub trait PaymentGateway: Send + Sync {
    /// Its name in `payment_gateway` and in the webhook's address.
    fn name(&self) -> &'static str;
    /// Whether it only pretends.
    fn is_simulated(&self) -> bool {
        false
    }
    /// Opens a payment. Asked again with the same transaction, it answers the same.
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, GatewayError>>;
    /// Closes a payment that shall no longer be paid.
    fn close<'a>(
        &'a self,
        gateway_transaction_id: &'a str,
    ) -> BoxFuture<'a, Result<(), GatewayError>>;
    /// What became of a payment, asked of the gateway itself.
    fn look_up<'a>(
        &'a self,
        gateway_transaction_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<News>, GatewayError>>;
    /// Gives money back. Asked again with the same reference, it pays no second time.
    fn refund<'a>(
        &'a self,
        back: &'a GivingBack,
    ) -> BoxFuture<'a, Result<RefundTold, GatewayError>>;
    /// What became of an attempt to give money back, found by its reference; `None` when the gateway knows nothing
    /// of it.
    fn look_up_refund<'a>(
        &'a self,
        back: &'a GivingBack,
    ) -> BoxFuture<'a, Result<Option<RefundTold>, GatewayError>>;
    /// Returns the limits of a charge in a currency; `None` when the gateway does not support the currency. The default is
    /// the range of the database columns.
    fn limits(&self, _: Currency) -> Option<ChargeLimits> {
        Some(ChargeLimits {
            least: Money::zero(),
            most: Money::from(99_999_999),
        })
    }
    /// Returns the events since a time, the oldest first, whether a webhook delivered them or not. The default, for a
    /// gateway without a list of events, is none.
    fn events_since(
        &self,
        _: chrono::DateTime<chrono::Utc>,
    ) -> BoxFuture<'_, Result<Vec<Event>, GatewayError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    /// Returns every refund of a payment, by the gateway's id of the payment, including refunds made at the gateway.
    fn refunds_of<'a>(
        &'a self,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Vec<RefundTold>, GatewayError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    /// Reads a webhook, if its signature over the raw body fits and is fresh.
    fn read(
        &self,
        signature: &str,
        body: &[u8],
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Event, BadSignature>;
}
