//! The end of an order that will not be delivered any more.

use super::query;
use catalog::promotions;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, AuditEvent},
};
use wire::{OrderId, billing::orders::OrderStatus};

/// Cancels an order that was not paid as it should be, and releases its use of a promotion. An order that cannot be
/// cancelled any more keeps it.
pub fn cancel_unpaid(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    if call_off(tx, actor, id, reason, now)? {
        promotions::release(tx, id, now)?;
    }
    Ok(())
}

/// Cancels an order that was not delivered: its payment was refunded, or was never received as it should be. Returns
/// whether it could still be cancelled.
pub fn call_off(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    const UNDELIVERED: [OrderStatus; 5] = [
        OrderStatus::PendingPayment,
        OrderStatus::Paid,
        OrderStatus::Provisioning,
        OrderStatus::NeedsReview,
        OrderStatus::Failed,
    ];
    let to = OrderStatus::Cancelled;
    let is_cancelled = query::advance(tx, id, &UNDELIVERED, to, Some(reason), now)?;
    if is_cancelled {
        let act = AuditEvent::new("order.cancel", "order", id.0);
        audit::record(tx, actor, act.with_reason(Some(reason)))?;
    }
    Ok(is_cancelled)
}
