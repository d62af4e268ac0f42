//! Money of another amount than was due: recorded as a case, then accepted as the payment, or refunded.

use super::{complete, query, settle_money};
use crate::{
    orders::{self, Amounts},
    reconciliation::{self, Finding},
    refunds,
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, Act},
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

/// The key of the case: the outside tells of it, so no check resolves it.
pub fn key(id: TransactionId) -> String {
    format!("{}:{id}:told", CaseKind::AmountMismatch)
}

/// What came in for a payment.
pub struct Received {
    /// How much, where the currency is known here.
    pub amount: Option<(Money, Currency)>,
    /// What is known of it, in a sentence.
    pub finding: String,
}

/// Records what came in: as a case, and in the audit log. The payment stays as it was.
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
        Act::new("transaction.mismatch", "transaction", payment.id.0)
            .changing(change)
            .because(Some(&received.finding)),
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
    reconciliation::received(tx, actor, &found, now)
}

/// Accepts what came in as the payment: the order goes on. What is missing becomes a discount, so that the books hold
/// what came in; what is too much stays to be returned outside.
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
    noted(tx, actor, &payment, &counted, reason)?;
    let restated = query::payment(tx.conn(), id)?;
    complete(tx, actor, &restated, now)?;
    match payment.order_id {
        Some(order) => go_on(tx, actor, ctx, order),
        None => Ok(()),
    }
}

/// Takes what came in into the books, cancels the order, and requests a refund of all of it.
pub fn refund(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, received): (TransactionId, &Money),
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let payment = open_payment(tx, id)?;
    query::restate(tx, id, &restated(&payment, received))?;
    noted(tx, actor, &payment, received, reason)?;
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

/// A payment that has not come in as it should, locked.
fn open_payment(tx: &mut Tx<'_>, id: TransactionId) -> Result<Transaction> {
    let payment = query::lock(tx, query::RECORDED, Some(id), None)?.ok_or_else(Error::not_found)?;
    match payment.status {
        TransactionStatus::Completed | TransactionStatus::Refunded => Err(Error::because(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        )),
        _ => Ok(payment),
    }
}

fn noted(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    counted: &Money,
    reason: &str,
) -> Result<()> {
    if payment.payment_method.is_recorded() {
        query::recorded(tx, payment.id, actor.id, None)?;
    }
    let change = json!({ "amount": counted, "currency": payment.currency, "total_amount": payment.total_amount });
    audit::record(
        tx,
        actor,
        Act::new("transaction.accept", "transaction", payment.id.0)
            .changing(change)
            .because(Some(reason)),
    )
}

/// An order that waited for a person goes on once its money is accepted.
fn go_on(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, id: OrderId) -> Result<()> {
    if orders::status(tx.conn(), id)? == OrderStatus::NeedsReview {
        orders::retry(tx, actor, ctx, id)?;
    }
    Ok(())
}

/// The amounts of a payment that comes to what was received: its tax in proportion, the rest as a discount or on top.
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
