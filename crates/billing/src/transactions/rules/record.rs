//! Payments that no gateway tells of: what costs nothing, and what a person has seen come in.

use super::{
    complete, query,
    received::{self, Received},
    unpaid,
};
use crate::reconciliation::{self, ReceivedBefore};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use wire::{
    ProblemCode, TransactionId,
    billing::transactions::{ConfirmPayment, RejectPayment, Transaction, TransactionStatus},
};

/// Completes a payment of nothing: there is no gateway to ask.
pub fn free(tx: &mut Tx<'_>, actor: &Actor, id: TransactionId, now: DateTime<Utc>) -> Result<()> {
    let payment = query::payment(tx.conn(), id)?;
    complete(tx, actor, &payment, now).map(drop)
}

/// Confirms a received payment, if its amount is what was due, to the cent and in its currency, alone or together with
/// what was received before. The books count it from now on, and the audit log keeps when it was received. Another
/// amount completes nothing: it is recorded, and a person decides in its case.
pub fn confirm(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    came: &ConfirmPayment,
    now: DateTime<Utc>,
) -> Result<Transaction> {
    let payment = recordable(tx, actor, id)?;
    if !came.currency.can_hold(&came.amount) {
        let message = format!(
            "{} has no smaller unit: enter a whole number.",
            came.currency
        );
        return Err(Error::field("amount", "too_fine", message));
    }
    if came.received_at > now || came.received_at < payment.created_at - chrono::TimeDelta::days(1)
    {
        let message = "It came in between the order and now.";
        return Err(Error::field("received_at", "out_of_range", message));
    }
    let is_exact = payment.currency == came.currency && payment.total_amount == came.amount;
    let before = reconciliation::received_before(tx.conn(), &received::key(id))?;
    let is_rest = !is_exact && is_the_rest(&payment, came, before.as_ref());
    if !is_exact && !is_rest {
        let so_far = another_amount(&payment, came, before.as_ref());
        if let Some(so_far) = so_far {
            received::record(tx, actor, &payment, &so_far, now)?;
        }
        return query::find(tx.conn(), actor, id);
    }
    if is_rest {
        let why = "The rest was received.";
        reconciliation::withdraw(tx, actor, &received::key(id), why, now)?;
    }
    query::recorded(tx, id, actor.id, Some(&came.reference))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new("transaction.confirm", "transaction", id.0).with_change(json!({
            "amount": came.amount, "currency": came.currency, "reference": came.reference, "received_at": came.received_at,
        })),
    )?;
    complete(tx, actor, &payment, now)?;
    query::find(tx.conn(), actor, id)
}

/// Returns whether the earlier amount and this one together are what was due.
fn is_the_rest(
    payment: &Transaction,
    came: &ConfirmPayment,
    before: Option<&ReceivedBefore>,
) -> bool {
    before.is_some_and(|before| {
        payment.currency == came.currency
            && before
                .amount(payment.currency)
                .is_some_and(|amount| amount.plus(&came.amount) == payment.total_amount)
    })
}

/// Returns what was received so far, or `None` where the same payment was recorded before.
fn another_amount(
    payment: &Transaction,
    came: &ConfirmPayment,
    before: Option<&ReceivedBefore>,
) -> Option<Received> {
    let note = format!("under the reference {}.", came.reference.trim());
    if before.is_some_and(|before| before.finding.contains(&note)) {
        return None;
    }
    let earlier = before.and_then(|before| before.amount(came.currency));
    let sum = earlier.map_or_else(|| came.amount.clone(), |earlier| earlier.plus(&came.amount));
    let line = format!(
        "{} was received on {} {note}",
        came.amount.in_currency(came.currency),
        came.received_at.format("%Y-%m-%d"),
    );
    let finding = match before {
        Some(before) => format!("{} {line}", before.finding),
        None => format!(
            "{} was due. {line}",
            payment.total_amount.in_currency(payment.currency)
        ),
    };
    Some(Received {
        amount: Some((sum, came.currency)),
        finding,
    })
}

/// Says that a payment will not come: its order is closed.
pub fn reject(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    why: &RejectPayment,
    now: DateTime<Utc>,
) -> Result<Transaction> {
    let payment = recordable(tx, actor, id)?;
    if payment.status != TransactionStatus::Pending {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        ));
    }
    query::recorded(tx, id, actor.id, None)?;
    unpaid(
        tx,
        actor,
        &payment,
        TransactionStatus::Failed,
        &why.reason,
        now,
    )?;
    query::find(tx.conn(), actor, id)
}

/// A payment that a person records, locked. One that was closed may still come in.
fn recordable(tx: &mut Tx<'_>, actor: &Actor, id: TransactionId) -> Result<Transaction> {
    query::find(tx.conn(), actor, id)?;
    let payment = query::lock(tx, query::RECORDED, Some(id), None)?.ok_or_else(Error::not_found)?;
    if !payment.payment_method.is_recorded() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The gateway tells of this payment; nobody records it by hand.",
        ));
    }
    if matches!(
        payment.status,
        TransactionStatus::Completed | TransactionStatus::Refunded
    ) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        ));
    }
    Ok(payment)
}
