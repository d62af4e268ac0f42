//! The cancellation of orders.

use super::{query, sale::lock_sale, status::transition};
use crate::transactions;
use catalog::promotions;
use chrono::{DateTime, Utc};
use platform::{Actor, Result, Tx};
use wire::{OrderId, billing::orders::OrderStatus};

/// Why an order is cancelled. The reason decides which orders can be cancelled, and what is cancelled with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelReason<'a> {
    /// The customer or an administrator cancels an unpaid order, for this reason.
    Requested(&'a str),
    /// The payment failed, expired or was cancelled.
    NotPaid(&'a str),
    /// An administrator rejects a received amount that differs from the amount due, for this reason.
    AmountRejected(&'a str),
    /// Every payment was refunded in full before the order was delivered.
    Refunded,
}

impl<'a> CancelReason<'a> {
    /// Returns the reason as the order and the audit log show it.
    const fn text(self) -> &'a str {
        match self {
            Self::Requested(text) | Self::NotPaid(text) | Self::AmountRejected(text) => text,
            Self::Refunded => "Its payment was refunded.",
        }
    }

    /// Returns whether only an order that waits for its payment can be cancelled. The other reasons cancel every order
    /// that is not delivered.
    const fn requires_unpaid(self) -> bool {
        matches!(self, Self::Requested(_) | Self::NotPaid(_))
    }

    /// Returns whether the open payments are cancelled, here and at the gateway. A payment that failed or expired is
    /// closed already, and a refunded one is complete.
    const fn cancels_payments(self) -> bool {
        matches!(self, Self::Requested(_) | Self::AmountRejected(_))
    }

    /// Returns whether the order's use of a promotion is released. After a refund, that depends on whether an eSIM was
    /// used, so the refund decides.
    const fn releases_promotion(self) -> bool {
        !matches!(self, Self::Refunded)
    }
}

/// Cancels an order. Returns whether the order was cancelled: an order in another status is left as it is.
pub fn cancel(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: CancelReason<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let order = lock_sale(tx, id)?;
    let is_unpaid = order.status == OrderStatus::PendingPayment;
    if reason.requires_unpaid() && !is_unpaid {
        return Ok(false);
    }
    if reason.cancels_payments() {
        for payment in query::payments(tx.conn(), id)? {
            transactions::cancel(tx, actor, payment, reason.text(), now)?;
        }
    }
    let to = OrderStatus::Cancelled;
    if !transition(tx, actor, id, to, Some(reason.text()), now)? {
        return Ok(false);
    }
    if reason.releases_promotion() {
        promotions::release(tx, id, now)?;
    }
    Ok(true)
}
