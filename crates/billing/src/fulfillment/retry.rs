//! Retrying orders that are stuck, and resending deliveries.

use super::{jobs::Provision, unit};
use crate::{
    orders::{self, email, lock_sale, query},
    refunding, transactions,
};
use integrations::allocations;
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
};
use wire::{
    OrderId, ProblemCode,
    billing::orders::{Order, OrderStatus},
    system::audit::AuditAction,
};

/// Retries a paid order that is stuck: every unit that failed or waits for review is provisioned again, and a refund that
/// was requested automatically is withdrawn.
pub fn retry(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, id: OrderId) -> Result<Order> {
    let (order, now) = (lock_sale(tx, id)?, ctx.clock.now());
    let wrong = |why: String| Err(Error::with_detail(ProblemCode::WrongState, why));
    let is_paid = transactions::is_paid(tx.conn(), id)?;
    if order.status.is_stuck() && order.paid_at.is_some() && !is_paid {
        return wrong("The payment was refunded: place a new order instead.".to_owned());
    }
    if !order.status.is_stuck() || !is_paid {
        return wrong(format!(
            "The order is {}; only a paid order that needs review or has failed can be retried.",
            order.status
        ));
    }
    refunding::withdraw_automatic_request(tx, actor, id, now)?;
    orders::transition(tx, actor, id, OrderStatus::Paid, None, now)?;
    for unit_no in 1..=order.quantity {
        // An order that was paid late has no units yet.
        allocations::queue(tx, id, unit_no)?;
        if unit::reopen(tx, id, unit_no)? {
            jobs::enqueue(tx, &Provision { order: id, unit_no })?;
        }
    }
    query::find(tx.conn(), actor, id)
}

/// Sends the delivery email of an order again.
pub fn resend(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, id: OrderId) -> Result<Order> {
    let (order, now) = (lock_sale(tx, id)?, ctx.clock.now());
    if order.status != OrderStatus::Fulfilled {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The order is not fulfilled yet, so there is no delivery to send.",
        ));
    }
    if query::usable_esims(tx.conn(), id)?.is_empty() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Every eSIM of the order was cancelled, so there is no delivery to send.",
        ));
    }
    let dedupe_key = format!("order-{id}-again-{}", now.timestamp_millis());
    email::send_delivery(tx, &actor.keys, &order, &dedupe_key)?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::OrderResend, id))?;
    query::find(tx.conn(), actor, id)
}
