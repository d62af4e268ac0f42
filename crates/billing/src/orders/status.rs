//! Changes of an order's status.

use super::query;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use wire::{OrderId, billing::orders::OrderStatus, system::audit::AuditAction};

/// Moves an order to a status and writes the audit event. Returns whether the order was moved: an order whose status
/// cannot become `to` is left as it is.
pub fn transition(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    to: OrderStatus,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let from = query::lock(tx, id)?.status;
    if !from.can_become(to) {
        return Ok(false);
    }
    query::set_status(tx, id, to, reason, now)?;
    if let Some(action) = action(from, to) {
        audit::record(tx, actor, AuditEvent::new(action, id).with_reason(reason))?;
    }
    Ok(true)
}

/// Returns the audit action of a change. The start of provisioning has none: the requests to providers are recorded.
const fn action(from: OrderStatus, to: OrderStatus) -> Option<AuditAction> {
    match to {
        OrderStatus::Paid if from.is_stuck() => Some(AuditAction::OrderRetry),
        OrderStatus::Paid => Some(AuditAction::OrderPay),
        OrderStatus::Fulfilled => Some(AuditAction::OrderFulfil),
        OrderStatus::NeedsReview => Some(AuditAction::OrderReview),
        OrderStatus::Failed => Some(AuditAction::OrderFail),
        OrderStatus::Cancelled => Some(AuditAction::OrderCancel),
        OrderStatus::PendingPayment | OrderStatus::Provisioning => None,
    }
}
