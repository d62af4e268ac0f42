//! Payments that no gateway tells of: what costs nothing, and what a person has seen come in.

use super::{complete, query, unpaid};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
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

/// Confirms what came in, if it is what was due, to the cent and in its currency. The books count it from now on;
/// when it came in is on record.
pub fn confirm(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    came: &ConfirmPayment,
    now: DateTime<Utc>,
) -> Result<Transaction> {
    let payment = recordable(tx, actor, id)?;
    if payment.currency != came.currency {
        let message = format!("{} was due.", payment.currency);
        return Err(Error::field("currency", "mismatch", message));
    }
    if payment.total_amount != came.amount {
        let message = format!(
            "{} {} was due. Send back what differs, or wait for the rest; then confirm the whole.",
            payment.total_amount, payment.currency
        );
        return Err(Error::field("amount", "mismatch", message));
    }
    if came.received_at > now || came.received_at < payment.created_at - chrono::TimeDelta::days(1)
    {
        let message = "It came in between the order and now.";
        return Err(Error::field("received_at", "out_of_range", message));
    }
    query::recorded(tx, id, actor.id, Some(&came.reference))?;
    audit::record(
        tx,
        actor,
        Act::new("transaction.confirm", "transaction", id.0).changing(json!({
            "amount": came.amount, "currency": came.currency, "reference": came.reference, "received_at": came.received_at,
        })),
    )?;
    complete(tx, actor, &payment, now)?;
    query::find(tx.conn(), actor, id)
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
        return Err(Error::because(
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
        return Err(Error::because(
            ProblemCode::WrongState,
            "The gateway tells of this payment; nobody records it by hand.",
        ));
    }
    if matches!(
        payment.status,
        TransactionStatus::Completed | TransactionStatus::Refunded
    ) {
        return Err(Error::because(
            ProblemCode::WrongState,
            format!("The payment is {} already.", payment.status),
        ));
    }
    Ok(payment)
}
