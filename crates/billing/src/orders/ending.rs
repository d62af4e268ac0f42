//! The end of an order that will not be delivered any more.

use super::query;
use catalog::promotions;
use chrono::{DateTime, Utc};
use platform::{
    Actor, Result, Tx,
    audit::{self, Act},
};
use wire::{OrderId, billing::orders::OrderStatus};

/// Cancels an order that was not paid as it should, and gives its use of a promotion back.
pub fn cancel_unpaid(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    call_off(tx, actor, id, reason, now)?;
    promotions::release(tx, id, now).map(drop)
}

/// Calls an order off that was not delivered: its payment was given back, or never came in as it should.
pub fn call_off(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    const UNDELIVERED: [OrderStatus; 5] = [
        OrderStatus::PendingPayment,
        OrderStatus::Paid,
        OrderStatus::Provisioning,
        OrderStatus::NeedsReview,
        OrderStatus::Failed,
    ];
    let to = OrderStatus::Cancelled;
    if query::advance(tx, id, &UNDELIVERED, to, Some(reason), now)? {
        let act = Act::new("order.cancel", "order", id.0);
        audit::record(tx, actor, act.because(Some(reason)))?;
    }
    Ok(())
}
