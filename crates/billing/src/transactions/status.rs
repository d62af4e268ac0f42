//! Changes of a payment's status.

use super::{jobs::ClosePayment, query};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
};
use serde_json::json;
use wire::{
    TransactionId,
    billing::transactions::{Transaction, TransactionStatus},
    system::audit::AuditAction,
};

/// Moves a payment to a status and writes the audit event. Returns whether the payment was moved: a payment whose
/// status cannot become `to` is left as it is.
pub fn transition(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    to: TransactionStatus,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    query::lock(tx, id)?;
    let payment = query::payment(tx.conn(), id)?;
    if !payment.status.can_become(to) {
        return Ok(false);
    }
    query::set_status(tx, id, to, reason, now)?;
    if let Some(act) = act(&payment, to) {
        audit::record(tx, actor, act.with_reason(reason))?;
    }
    Ok(true)
}

/// Returns the audit event of a change. A full refund has none: the refund is recorded.
fn act(payment: &Transaction, to: TransactionStatus) -> Option<AuditEvent<'static>> {
    let new = |action| AuditEvent::new(action, payment.id);
    match to {
        TransactionStatus::Completed => Some(new(AuditAction::TransactionComplete).with_change(
            json!({ "total_amount": payment.total_amount, "currency": payment.currency }),
        )),
        TransactionStatus::Failed => Some(new(AuditAction::TransactionFail)),
        TransactionStatus::Cancelled => Some(new(AuditAction::TransactionCancel)),
        TransactionStatus::Pending | TransactionStatus::Refunded => None,
    }
}

/// Cancels a pending payment, here and at the gateway. A payment in another status is left as it is.
pub fn cancel(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TransactionId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let to = TransactionStatus::Cancelled;
    if transition(tx, actor, id, to, Some(reason), now)? {
        close_at_gateway(tx, id)?;
    }
    Ok(())
}

/// Enqueues the job that closes a payment at the gateway, so that it cannot be paid any more.
pub fn close_at_gateway(tx: &mut Tx<'_>, id: TransactionId) -> Result<()> {
    jobs::enqueue(tx, &ClosePayment { transaction: id })
}
