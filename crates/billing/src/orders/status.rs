//! Changes of an order's status.

use super::query;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
    events,
};
use wire::{
    OrderId, billing::orders::OrderStatus, insights::analytics::EventType,
    system::audit::AuditAction,
};

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
    if let Some(step) = step(to) {
        events::record_order_step(tx, id, step, now)?;
    }
    if let Some(action) = action(from, to) {
        audit::record(tx, actor, AuditEvent::new(action, id).with_reason(reason))?;
    }
    Ok(true)
}

/// Returns the step of the customer that a status is, for analytics. An order that becomes paid again has had the step.
const fn step(to: OrderStatus) -> Option<EventType> {
    match to {
        OrderStatus::Paid => Some(EventType::Paid),
        OrderStatus::Fulfilled => Some(EventType::Delivered),
        _ => None,
    }
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
