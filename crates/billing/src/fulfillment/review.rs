//! Orders that cannot continue: they wait for review, or have failed.

use crate::{
    cases,
    orders::{self, email, query},
    refunding,
};
use chrono::{DateTime, Utc};
use platform::{Actor, Result, Tx};
use wire::{
    OrderId,
    billing::{orders::OrderStatus, reconciliation::CaseKind},
};

/// Marks an order for review, and opens a case. The sale is locked.
pub fn mark_for_review(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    if orders::transition(tx, actor, id, OrderStatus::NeedsReview, Some(reason), now)? {
        open_case(tx, actor, id, reason, now)?;
    }
    Ok(())
}

/// Marks an order as failed, because every provider has rejected it and nothing of it was delivered. Opens a case, and
/// informs the customer. The sale is locked.
pub fn mark_as_failed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    if orders::transition(tx, actor, id, OrderStatus::Failed, Some(reason), now)? {
        open_case(tx, actor, id, reason, now)?;
        email::not_delivered(tx, &actor.keys, id)?;
    }
    Ok(())
}

/// Opens the case of an order that cannot continue. Where no provider could deliver any unit, a refund is requested as
/// well.
fn open_case(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let kind = cases::open_for_stuck_order(tx, actor, id, reason, now)?;
    if kind == CaseKind::PaidNotDelivered && query::is_undeliverable(tx.conn(), id)? {
        refunding::request_for_undelivered(tx, actor, id, reason, now)?;
    }
    Ok(())
}
