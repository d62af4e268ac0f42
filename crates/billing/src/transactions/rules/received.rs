//! Payments of another amount than was due: recorded as a case, then accepted as the payment, or refunded.

use super::{complete, query, settle_money};
use crate::{
    orders::{self, Amounts},
    reconciliation::{self, Finding},
    refunds,
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
};

/// Returns the key of the case. The hourly check does not resolve keys that end with `:told`.
pub fn key(id: TransactionId) -> String {
    format!("{}:{id}:told", CaseKind::AmountMismatch)
}

/// An amount that was received for a payment.
pub struct Received {
    /// How much, where the currency is known here.
    pub amount: Option<(Money, Currency)>,
    /// The finding of its case: what was received, and what was due.
    pub finding: String,
}

/// Records a received amount as a case and in the audit log. The payment stays as it was.
pub fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    received: &Received,
    now: DateTime<Utc>,
) -> Result<()> {
    let (amount, currency) = received.amount.clone().unzip();
    let change = json!({ "amount": amount, "currency": currency });
    audit::record(
        tx,
        actor,
        AuditEvent::new("transaction.mismatch", "transaction", payment.id.0)
            .with_change(change)
            .with_reason(Some(&received.finding)),
    )?;
    let found = Finding {
        kind: CaseKind::AmountMismatch,
        key: key(payment.id),
        finding: received.finding.clone(),
        order_id: payment.order_id,
        transaction_id: Some(payment.id),
        refund_id: None,
        esim_id: None,
        amount,
        currency,
    };
    reconciliation::open_or_update(tx, actor, &found, now)
}

/// Accepts the received amount as the payment, and continues the order. A missing amount becomes a discount, so that
/// the books hold what was received; an excess has to be refunded outside.
pub fn accept(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    (id, received): (TransactionId, &Money),
    reason: &str,
) -> Result<()> {
    let now = ctx.clock.now();
    let payment = open_payment(tx, id)?;
    let counted = received.clone().min(payment.total_amount.clone());
    let amounts = restated(&payment, &counted);
    query::restate(tx, id, &amounts)?;
    if let Some(order) = payment.order_id {
        query::restate_order(tx, order, &amounts)?;
    }
    record_decision(tx, actor, &payment, &counted, Decision::Accept, reason)?;
    let restated = query::payment(tx.conn(), id)?;
    complete(tx, actor, &restated, now)?;
    match payment.order_id {
        Some(order) => retry_order(tx, actor, ctx, order),
        None => Ok(()),
    }
}

/// Books the received amount, cancels the order, and requests a refund of the whole amount.
pub fn refund(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, received): (TransactionId, &Money),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let payment = open_payment(tx, id)?;
    query::restate(tx, id, &restated(&payment, received))?;
    record_decision(tx, actor, &payment, received, Decision::Refund, reason)?;
    if let Some(order) = payment.order_id {
        orders::cancel_unpaid(tx, actor, order, reason, now)?;
    }
    let restated = query::payment(tx.conn(), id)?;
    settle_money(tx, actor, &restated, now)?;
    let new = NewRefund {
        transaction_id: id,
        amount: None,
        reason_code: RefundReason::NotDelivered,
        reason: Some(reason.to_owned()),
        effect: Some(RefundEffect::None),
    };
    refunds::request(tx, actor, &new, now).map(drop)
}

/// Locks a payment that is not completed.
fn open_payment(tx: &mut Tx<'_>, id: TransactionId) -> Result<Transaction> {
    let payment = query::lock(tx, query::RECORDED, Some(id), None)?.ok_or_else(Error::not_found)?;
    match payment.status {
        TransactionStatus::Completed | TransactionStatus::Refunded => Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        )),
        _ => Ok(payment),
    }
}

/// What a person decides about a received amount.
#[derive(Clone, Copy)]
enum Decision {
    /// It is the payment.
    Accept,
    /// It is refunded.
    Refund,
}

impl Decision {
    const fn action(self) -> &'static str {
        match self {
            Self::Accept => "transaction.accept",
            Self::Refund => "transaction.return",
        }
    }
}

/// Records who decided about a received amount, how, and why.
fn record_decision(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    counted: &Money,
    decision: Decision,
    reason: &str,
) -> Result<()> {
    if payment.payment_method.is_recorded() {
        query::recorded(tx, payment.id, actor.id, None)?;
    }
    let change = json!({ "amount": counted, "currency": payment.currency, "total_amount": payment.total_amount });
    audit::record(
        tx,
        actor,
        AuditEvent::new(decision.action(), "transaction", payment.id.0)
            .with_change(change)
            .with_reason(Some(reason)),
    )
}

/// Retries an order that waited for the decision about its payment.
fn retry_order(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, id: OrderId) -> Result<()> {
    if orders::status(tx.conn(), id)? == OrderStatus::NeedsReview {
        orders::retry(tx, actor, ctx, id)?;
    }
    Ok(())
}

/// Returns the amounts of a payment whose total is what was received: the tax in proportion, the difference as a
/// discount or on top.
fn restated(payment: &Transaction, received: &Money) -> Amounts {
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
