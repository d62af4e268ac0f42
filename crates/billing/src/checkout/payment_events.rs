//! The events of a payment: the gateway received the money, declined the payment, or let it expire. A status that is
//! final stays, so an event that is repeated or arrives out of order changes nothing.

use super::{
    completion::complete_payment,
    received::{ReceivedAmount, record_received},
};
use crate::{
    amounts::reported_amount,
    events::EventOutcome,
    fulfillment,
    orders::{self, CancelReason, lock_sale_of},
    transactions,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    ports::payments::PaymentEvent,
};
use wire::{
    Currency, Money, Param, TransactionId,
    billing::transactions::{Transaction, TransactionStatus},
    system::audit::AuditAction,
};

/// The outcome of a payment, as the gateway reports it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PaymentOutcome<'a> {
    /// The gateway received an amount, in minor units of a currency.
    Completed {
        /// The amount in minor units.
        minor: i64,
        /// The currency code in upper case.
        currency: &'a str,
    },
    /// An attempt to pay failed, and the customer can try again.
    AttemptFailed(&'a str),
    /// The payment was declined, for this reason.
    Failed(&'a str),
    /// The payment window has ended.
    Expired,
}

impl<'a> PaymentOutcome<'a> {
    /// Converts an event of the gateway; `None` where the event is about a refund or a dispute.
    pub const fn from_news(news: &'a PaymentEvent) -> Option<Self> {
        Some(match news {
            PaymentEvent::Paid { minor, currency } => Self::Completed {
                minor: *minor,
                currency: currency.as_str(),
            },
            PaymentEvent::AttemptFailed { reason } => Self::AttemptFailed(reason.as_str()),
            PaymentEvent::Declined { reason } => Self::Failed(reason.as_str()),
            PaymentEvent::Expired => Self::Expired,
            PaymentEvent::Refund(_) | PaymentEvent::Refunded(_) | PaymentEvent::Dispute(_) => {
                return None;
            }
        })
    }
}

/// Applies the outcome of a payment to the payment and to its order.
pub fn handle_payment_event(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    outcome: PaymentOutcome<'_>,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    let Some(payment) = lock_sale_of(tx, id)? else {
        let why = "The event is about a payment that is not ours.";
        return Ok(EventOutcome::Ignored(None, why.into()));
    };
    match outcome {
        PaymentOutcome::Completed { minor, currency } => {
            receive(tx, actor, &payment, minor, currency, now)
        }
        PaymentOutcome::AttemptFailed(reason) => record_attempt(tx, actor, &payment, reason),
        PaymentOutcome::Failed(reason) => fail_payment(tx, actor, &payment, reason, now),
        PaymentOutcome::Expired => expire_payment(tx, actor, &payment, now),
    }
}

/// Completes a payment for which the gateway received the amount due. Another amount becomes a case.
fn receive(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    minor: i64,
    currency: &str,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    if !payment.status.can_become(TransactionStatus::Completed) {
        return Ok(EventOutcome::Ignored(
            Some(payment.id),
            "The payment is completed already.".into(),
        ));
    }
    if let Some(received) = amount_mismatch(payment, minor, currency) {
        record_received(tx, actor, payment, &received, now)?;
        if let Some(order) = payment.order_id {
            fulfillment::mark_for_review(tx, actor, order, &received.finding, now)?;
        }
        return Ok(EventOutcome::Applied(payment.id, received.finding));
    }
    complete_payment(tx, actor, payment, now)
}

/// Records a failed attempt to pay. The payment stays open.
fn record_attempt(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    reason: &str,
) -> Result<EventOutcome> {
    if payment.status == TransactionStatus::Pending {
        let act = AuditEvent::new(AuditAction::TransactionDecline, payment.id);
        audit::record(tx, actor, act.with_reason(Some(reason)))?;
    }
    let note = format!("An attempt to pay failed; the customer can try again: {reason}");
    Ok(EventOutcome::Ignored(Some(payment.id), note))
}

/// Fails a pending payment, and cancels its order. The sale is locked.
pub fn fail_payment(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    close_payment(tx, actor, payment, TransactionStatus::Failed, reason, now)
}

/// Cancels a pending payment whose payment window has ended, and cancels its order. The sale is locked.
pub fn expire_payment(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    let reason = "The payment window has ended.";
    close_payment(
        tx,
        actor,
        payment,
        TransactionStatus::Cancelled,
        reason,
        now,
    )
}

fn close_payment(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    to: TransactionStatus,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    if !transactions::transition(tx, actor, payment.id, to, Some(reason), now)? {
        return Ok(EventOutcome::Ignored(
            Some(payment.id),
            format!("The payment is {} already.", payment.status),
        ));
    }
    if let Some(order) = payment.order_id {
        let text = format!("Not paid: {reason}");
        orders::cancel(tx, actor, order, CancelReason::NotPaid(&text), now)?;
    }
    Ok(EventOutcome::Applied(payment.id, reason.to_owned()))
}

/// Returns the received amount where it differs from the amount due, in the amount or in the currency.
fn amount_mismatch(payment: &Transaction, minor: i64, currency: &str) -> Option<ReceivedAmount> {
    let is_exact = payment.currency.as_str() == currency
        && payment.total_amount.minor(payment.currency) == Some(minor);
    if is_exact {
        return None;
    }
    let known = Currency::parse(currency).ok();
    let amount = known.map(|currency| (Money::from_minor(minor, currency), currency));
    let reported = reported_amount(minor, currency);
    let due = payment.total_amount.in_currency(payment.currency);
    Some(ReceivedAmount {
        amount: amount.filter(|(amount, _)| amount.is_positive() && amount.is_storable()),
        finding: format!("The gateway received {reported}; {due} was due."),
    })
}
