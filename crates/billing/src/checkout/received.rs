//! Payments of an amount other than the amount due: recorded as a case, then accepted as the payment, or refunded.

use super::completion::{book_payment, complete_payment};
use crate::{
    amounts::Amounts,
    cases::{self, Finding},
    fulfillment,
    orders::{self, CancelReason, lock_sale_of, query::status},
    refunding,
    transactions::query,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    Currency, Money, OrderId, ProblemCode, TransactionId,
    billing::{
        orders::OrderStatus,
        reconciliation::CaseKind,
        refunds::{NewRefund, RefundEffect, RefundReason},
        transactions::{Transaction, TransactionStatus},
    },
    system::audit::AuditAction,
};

/// Returns the key of the case about the received amount of a payment.
pub fn case_key(id: TransactionId) -> String {
    cases::reported_key(CaseKind::AmountMismatch, id)
}

/// An amount that was received for a payment.
pub struct ReceivedAmount {
    /// The amount, where its currency is supported.
    pub amount: Option<(Money, Currency)>,
    /// The finding of the case: the received amount, and the amount due.
    pub finding: String,
}

/// Records a received amount as a case and in the audit log. The payment stays as it was.
pub fn record_received(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    received: &ReceivedAmount,
    now: DateTime<Utc>,
) -> Result<()> {
    let (amount, currency) = received.amount.clone().unzip();
    let change = json!({ "amount": amount, "currency": currency });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TransactionMismatch, payment.id)
            .with_change(change)
            .with_reason(Some(&received.finding)),
    )?;
    let finding = Finding {
        order_id: payment.order_id,
        transaction_id: Some(payment.id),
        amount,
        currency,
        ..Finding::new(
            CaseKind::AmountMismatch,
            case_key(payment.id),
            received.finding.clone(),
        )
    };
    cases::open_or_update(tx, actor, &finding, now)
}

/// Accepts the received amount as the payment, and continues the order. A missing amount becomes a discount, so that
/// the books hold the received amount; an excess has to be refunded outside.
pub fn accept_received(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: TransactionId,
    received: &Money,
    reason: &str,
) -> Result<()> {
    let now = ctx.clock.now();
    let payment = lock_incomplete(tx, id)?;
    let booked = received.clone().min(payment.total_amount.clone());
    let amounts = amounts_of_received(&payment, &booked);
    query::set_amounts(tx, id, &amounts)?;
    if let Some(order) = payment.order_id {
        query::set_order_amounts(tx, order, &amounts)?;
    }
    record_decision(tx, actor, &payment, &booked, Decision::Accept, reason)?;
    let updated = query::payment(tx.conn(), id)?;
    complete_payment(tx, actor, &updated, now)?;
    match payment.order_id {
        Some(order) => retry_order(tx, actor, ctx, order),
        None => Ok(()),
    }
}

/// Books the received amount, cancels the order, and requests a refund of the whole amount.
pub fn refund_received(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    received: &Money,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let payment = lock_incomplete(tx, id)?;
    query::set_amounts(tx, id, &amounts_of_received(&payment, received))?;
    record_decision(tx, actor, &payment, received, Decision::Refund, reason)?;
    let updated = query::payment(tx.conn(), id)?;
    book_payment(tx, actor, &updated, now)?;
    if let Some(order) = payment.order_id {
        orders::cancel(tx, actor, order, CancelReason::AmountRejected(reason), now)?;
    }
    let new = NewRefund {
        transaction_id: id,
        amount: None,
        reason_code: RefundReason::NotDelivered,
        reason: Some(reason.to_owned()),
        effect: Some(RefundEffect::None),
    };
    refunding::request(tx, actor, &new, now).map(drop)
}

/// Locks the sale of a payment that is not completed, and returns the payment.
fn lock_incomplete(tx: &mut Tx<'_>, id: TransactionId) -> Result<Transaction> {
    let payment = lock_sale_of(tx, id)?.ok_or_else(Error::not_found)?;
    if !payment.status.can_become(TransactionStatus::Completed) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        ));
    }
    Ok(payment)
}

/// The decision of an administrator about a received amount.
#[derive(Clone, Copy)]
enum Decision {
    /// The amount is the payment.
    Accept,
    /// The amount is refunded.
    Refund,
}

impl Decision {
    const fn action(self) -> AuditAction {
        match self {
            Self::Accept => AuditAction::TransactionAccept,
            Self::Refund => AuditAction::TransactionRefund,
        }
    }
}

/// Writes the audit event of a decision, and who recorded the payment.
fn record_decision(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    booked: &Money,
    decision: Decision,
    reason: &str,
) -> Result<()> {
    if payment.payment_method.is_recorded() {
        query::set_recorded(tx, payment.id, actor.id, None)?;
    }
    let change = json!({ "amount": booked, "currency": payment.currency, "total_amount": payment.total_amount });
    audit::record(
        tx,
        actor,
        AuditEvent::new(decision.action(), payment.id)
            .with_change(change)
            .with_reason(Some(reason)),
    )
}

/// Retries an order that waits for the decision about its payment.
fn retry_order(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, id: OrderId) -> Result<()> {
    if status(tx.conn(), id)? == OrderStatus::NeedsReview {
        fulfillment::retry(tx, actor, ctx, id)?;
    }
    Ok(())
}

/// Returns the amounts of a payment whose total is the received amount. The tax is in proportion, and the difference is a
/// discount or is added to the price.
fn amounts_of_received(payment: &Transaction, received: &Money) -> Amounts {
    let (total, tax) = (&payment.total_amount, &payment.tax_amount);
    if received >= total {
        return Amounts {
            amount: payment.amount.plus(&received.minus(total)),
            discount: payment.discount_amount.clone(),
            tax: tax.clone(),
            total: received.clone(),
        };
    }
    let tax = payment
        .currency
        .round(&(tax.exact() * received.exact() / total.exact()));
    Amounts {
        amount: payment.amount.clone(),
        discount: payment.amount.plus(&tax).minus(received),
        tax,
        total: received.clone(),
    }
}
