//! The port to payment gateways. Amounts have their currency; amounts from the gateway are compared, never trusted.

use crate::config::Secret;
use futures_util::future::BoxFuture;
use wire::{
    Currency, Money, RefundId, TransactionId, billing::disputes::DisputeState,
    billing::orders::Checkout,
};

/// A payment to be opened at the gateway. The id of the transaction is the reference and the idempotency key.
#[derive(Debug, Clone)]
pub struct NewPayment {
    /// The transaction.
    pub transaction: TransactionId,
    /// The description that the customer sees.
    pub title: String,
    /// The amount.
    pub amount: Money,
    /// The currency.
    pub currency: Currency,
    /// The URL to which the gateway redirects the customer afterwards.
    pub return_url: String,
    /// The time until which the payment can be made.
    pub expires_at: chrono::DateTime<chrono::Utc>,
    /// The checkout: the page of the gateway, or the page of the shop.
    pub checkout: Checkout,
}

/// An open payment at the gateway. It is not printed, because it contains the client secret.
#[derive(Clone, PartialEq)]
pub struct OpenedPayment {
    /// The id at the gateway.
    pub gateway_transaction_id: String,
    /// The URL of the checkout page, if the customer pays there.
    pub checkout_url: Option<String>,
    /// The client secret, if the customer pays on the page of the shop.
    pub client_secret: Option<Secret>,
}

impl OpenedPayment {
    /// Returns a payment of which only the id at the gateway is known.
    pub fn known(gateway_transaction_id: String) -> Self {
        Self {
            gateway_transaction_id,
            checkout_url: None,
            client_secret: None,
        }
    }
}

/// An event of the gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayEvent {
    /// The id of the event, to detect repetitions.
    pub id: String,
    /// The type of the event, as the gateway names it.
    pub kind: String,
    /// The id of the payment at the gateway.
    pub gateway_transaction_id: Option<String>,
    /// The id of the charge or payment intent, where it differs from the id of the opened payment.
    pub gateway_payment_id: Option<String>,
    /// The reference that the gateway returned.
    pub transaction: Option<TransactionId>,
    /// The change of the payment; `None` for an event without one.
    pub payment_event: Option<PaymentEvent>,
}

/// A change of a payment, a refund or a dispute at the gateway.
#[derive(Debug, Clone, PartialEq)]
pub enum PaymentEvent {
    /// The payment succeeded.
    Paid {
        /// The amount in minor units.
        minor: i64,
        /// The currency code in upper case.
        currency: String,
    },
    /// One attempt failed; the customer can try again.
    AttemptFailed {
        /// The reason, in words for the customer.
        reason: String,
    },
    /// The payment was declined and cannot be retried.
    Declined {
        /// The reason, in words for the customer.
        reason: String,
    },
    /// The payment can no longer be made.
    Expired,
    /// The state of a refund changed.
    Refund(GatewayRefund),
    /// The refunded total of the payment.
    Refunded(RefundTotal),
    /// The state of a dispute changed.
    Dispute(GatewayDispute),
}

/// A request to refund a payment. The reference identifies this attempt: it is the idempotency key, and the metadata by which
/// the refund is found at the gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayRefundRequest {
    /// The refund.
    pub refund: RefundId,
    /// The reference of this attempt.
    pub reference: String,
    /// The id of the payment at the gateway.
    pub gateway_transaction_id: String,
    /// The amount.
    pub amount: Money,
    /// The currency.
    pub currency: Currency,
}

/// A refund as the gateway reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayRefund {
    /// The id at the gateway.
    pub gateway_refund_id: String,
    /// The reference that the gateway returned.
    pub reference: Option<String>,
    /// The outcome.
    pub outcome: RefundOutcome,
}

impl GatewayRefund {
    /// Returns an event about this refund.
    pub fn into_event(self, id: String, kind: String) -> GatewayEvent {
        GatewayEvent {
            id,
            kind,
            gateway_transaction_id: None,
            gateway_payment_id: None,
            transaction: None,
            payment_event: Some(PaymentEvent::Refund(self)),
        }
    }
}

/// The total that the gateway has refunded of a payment, including refunds that were made at the gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundTotal {
    /// The amount in minor units.
    pub minor: i64,
    /// The currency code in upper case.
    pub currency: String,
    /// The single refunds, where the gateway names them.
    pub refunds: Vec<GatewayRefund>,
}

/// The limits of one charge in a currency at a gateway.
#[derive(Debug, Clone, PartialEq)]
pub struct ChargeLimits {
    /// The smallest amount.
    pub minimum: Money,
    /// The largest amount.
    pub maximum: Money,
}

/// A dispute as the gateway reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct GatewayDispute {
    /// The id at the gateway.
    pub gateway_dispute_id: String,
    /// The state.
    pub state: DisputeState,
    /// The reason code of the gateway.
    pub reason: Option<String>,
    /// The disputed amount in minor units.
    pub minor: i64,
    /// The currency code in upper case.
    pub currency: String,
    /// The time until which evidence can be submitted.
    pub due_by: Option<chrono::DateTime<chrono::Utc>>,
}

/// The outcome of a refund at the gateway.
#[derive(Debug, Clone, PartialEq)]
pub enum RefundOutcome {
    /// The refund is pending; an event reports the outcome.
    Pending,
    /// The money was refunded.
    Processed {
        /// The amount in minor units.
        minor: i64,
        /// The currency code in upper case.
        currency: String,
    },
    /// The refund failed; the money is with the merchant.
    Failed {
        /// The reason.
        reason: String,
    },
}

/// The error of a request to the gateway.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GatewayError {
    /// The gateway refused the request; a retry does not help.
    #[error("the gateway refused: {0}")]
    Refused(String),
    /// The outcome is unknown; retry with the same idempotency key.
    #[error("the gateway's answer is unknown: {0}")]
    Unknown(String),
}

/// The error of a webhook without a valid signature of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadSignature;

/// A payment gateway.
pub trait PaymentGateway: Send + Sync {
    /// Returns the name in `payment_gateway` and in the path of the webhook.
    fn name(&self) -> &'static str;
    /// Returns whether the gateway is a simulator.
    fn is_simulated(&self) -> bool {
        false
    }
    /// Opens a payment. A repetition with the same transaction returns the same payment.
    fn open<'a>(
        &'a self,
        payment: &'a NewPayment,
    ) -> BoxFuture<'a, Result<OpenedPayment, GatewayError>>;
    /// Closes a payment, so that it can no longer be made.
    fn close<'a>(
        &'a self,
        gateway_transaction_id: &'a str,
    ) -> BoxFuture<'a, Result<(), GatewayError>>;
    /// Returns the state of a payment at the gateway.
    fn look_up<'a>(
        &'a self,
        gateway_transaction_id: &'a str,
    ) -> BoxFuture<'a, Result<Option<PaymentEvent>, GatewayError>>;
    /// Refunds a payment. A repetition with the same reference does not refund a second time.
    fn refund<'a>(
        &'a self,
        request: &'a GatewayRefundRequest,
    ) -> BoxFuture<'a, Result<GatewayRefund, GatewayError>>;
    /// Returns the refund of an attempt, by its reference; `None` when the gateway has no such refund.
    fn look_up_refund<'a>(
        &'a self,
        request: &'a GatewayRefundRequest,
    ) -> BoxFuture<'a, Result<Option<GatewayRefund>, GatewayError>>;
    /// Returns the limits of a charge in a currency; `None` when the gateway does not support the currency. The default is
    /// the range of the database columns.
    fn limits(&self, _: Currency) -> Option<ChargeLimits> {
        Some(ChargeLimits {
            minimum: Money::zero(),
            maximum: Money::from(99_999_999),
        })
    }
    /// Returns the events since a time, the oldest first, whether a webhook delivered them or not. The default, for a
    /// gateway without a list of events, is none.
    fn events_since(
        &self,
        _: chrono::DateTime<chrono::Utc>,
    ) -> BoxFuture<'_, Result<Vec<GatewayEvent>, GatewayError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    /// Returns every refund of a payment, by the gateway's id of the payment, including refunds made at the gateway.
    fn refunds_of<'a>(
        &'a self,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Vec<GatewayRefund>, GatewayError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
    /// Reads a webhook with a valid and recent signature over the raw body.
    fn read(
        &self,
        signature: &str,
        body: &[u8],
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<GatewayEvent, BadSignature>;
}
