//! Decisions about orders: what may be sold, what paying, failing and cancelling mean.

mod chargeable;
mod payment;
mod place;
mod topup;

pub use payment::{payment, secret_of};
pub use place::{Amounts, place, quote};
pub use topup::Target;

use super::{jobs::Provision, provisioning, query};
use crate::{reconciliation, refunds, transactions};
use catalog::promotions::{self, Completion};
use chrono::{DateTime, Utc};
use integrations::allocations;
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, Act},
    jobs,
};
use wire::{
    OrderId, ProblemCode,
    billing::orders::{Order, OrderStatus, Terms},
    catalog::plans::Plan,
};

fn frozen(plan: &Plan) -> Terms {
    Terms {
        name: plan.name.clone(),
        data_limit_mb: plan.data_limit_mb.clone(),
        voice_minutes: plan.voice_minutes,
        sms_count: plan.sms_count,
        validity_days: plan.validity_days,
        regions: plan.regions.0.clone(),
        validity_policy: Some(plan.validity_policy),
        activate_within_days: plan.activate_within_days,
        daily_limit_mb: plan.daily_limit_mb.clone(),
        throttled_kbps: plan.throttled_kbps,
        hotspot_allowed: Some(plan.hotspot_allowed),
        apn: plan.apn.clone(),
        kyc_required: Some(plan.kyc_required),
    }
}

/// What a payment that came in means for its order.
#[derive(Debug, PartialEq, Eq)]
pub enum Paid {
    /** It is provisioned now. */
    Begun,
    /** Somebody has to look at it. */
    Late,
}

/// The money for an order has come in. An order that was closed meanwhile is not dropped: it waits for a person.
pub fn paid(tx: &mut Tx<'_>, actor: &Actor, id: OrderId, now: DateTime<Utc>) -> Result<Paid> {
    let order = query::lock(tx, id)?;
    let promotion = promotions::complete(tx, id, now)?;
    if query::advance(
        tx,
        id,
        &[OrderStatus::PendingPayment],
        OrderStatus::Paid,
        None,
        now,
    )? {
        for unit_no in 1..=order.quantity {
            allocations::queue(tx, id, unit_no)?;
            jobs::enqueue(tx, &Provision { order: id, unit_no })?;
        }
        audit::record(tx, actor, Act::new("order.pay", "order", id.0))?;
        return Ok(Paid::Begun);
    }
    let late = "It was paid after it had been closed: refund it, or take it up again.";
    let reason = match promotion {
        Completion::Gone => format!(
            "{late} Its promotion has been used up by others since; the discount was given all the same."
        ),
        _ => late.to_owned(),
    };
    stuck(tx, actor, id, &reason, now)?;
    Ok(Paid::Late)
}

/// An order goes no further by itself; the reason is there for everybody to see.
pub fn stuck(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    const OPEN: [OrderStatus; 5] = [
        OrderStatus::PendingPayment,
        OrderStatus::Paid,
        OrderStatus::Provisioning,
        OrderStatus::Cancelled,
        OrderStatus::Failed,
    ];
    if query::advance(tx, id, &OPEN, OrderStatus::NeedsReview, Some(reason), now)? {
        audit::record(
            tx,
            actor,
            Act::new("order.review", "order", id.0).because(Some(reason)),
        )?;
        reconciliation::order_stuck(tx, actor, id, reason, now)?;
    }
    Ok(())
}

/// Every provider has definitely refused, and nothing of the order was delivered.
pub fn failed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    const UNDER_WAY: [OrderStatus; 2] = [OrderStatus::Paid, OrderStatus::Provisioning];
    if query::advance(tx, id, &UNDER_WAY, OrderStatus::Failed, Some(reason), now)? {
        let act = Act::new("order.fail", "order", id.0);
        audit::record(tx, actor, act.because(Some(reason)))?;
        reconciliation::order_stuck(tx, actor, id, reason, now)?;
    }
    Ok(())
}

/// An order will not be paid any more.
pub fn closed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let closed = query::advance(
        tx,
        id,
        &[OrderStatus::PendingPayment],
        OrderStatus::Cancelled,
        Some(reason),
        now,
    )?;
    if closed {
        promotions::release(tx, id, now)?;
        audit::record(
            tx,
            actor,
            Act::new("order.cancel", "order", id.0).because(Some(reason)),
        )?;
    }
    Ok(closed)
}

/// Cancels an order that nobody has paid.
pub fn cancel(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: OrderId,
    reason: &str,
) -> Result<Order> {
    let (order, now) = (query::find(tx.conn(), actor, id)?, ctx.clock.now());
    for payment in query::payments(tx.conn(), id)? {
        transactions::cancel(tx, actor, payment, reason, now)?;
    }
    if !closed(tx, actor, order.id, reason, now)? {
        return Err(Error::because(
            ProblemCode::WrongState,
            format!(
                "The order is {}; only an unpaid one can be cancelled.",
                order.status
            ),
        ));
    }
    query::find(tx.conn(), actor, id)
}

/// Takes a stuck order up again: every unit that was given up is tried anew.
pub fn retry(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, id: OrderId) -> Result<Order> {
    let (order, now) = (query::lock(tx, id)?, ctx.clock.now());
    let wrong = |why: String| Err(Error::because(ProblemCode::WrongState, why));
    let is_paid = transactions::is_paid(tx.conn(), id)?;
    if order.status.is_stuck() && order.paid_at.is_some() && !is_paid {
        return wrong("Its payment was given back: place a new order instead.".to_owned());
    }
    if !order.status.is_stuck() || !is_paid {
        return wrong(format!(
            "The order is {}; only a paid order that is stuck can be taken up again.",
            order.status
        ));
    }
    refunds::called_off(tx, actor, id, now)?;
    query::advance(
        tx,
        id,
        &[OrderStatus::NeedsReview, OrderStatus::Failed],
        OrderStatus::Paid,
        None,
        now,
    )?;
    for unit_no in 1..=order.quantity {
        // An order that was paid late never got this far.
        allocations::queue(tx, id, unit_no)?;
        if provisioning::reopen(tx, id, unit_no)? {
            jobs::enqueue(tx, &Provision { order: id, unit_no })?;
        }
    }
    audit::record(tx, actor, Act::new("order.retry", "order", id.0))?;
    query::find(tx.conn(), actor, id)
}

/// Sends the delivery of an order once more.
pub fn resend(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, id: OrderId) -> Result<Order> {
    let (order, now) = (query::lock(tx, id)?, ctx.clock.now());
    if order.status != OrderStatus::Fulfilled {
        return Err(Error::because(
            ProblemCode::WrongState,
            "There is nothing to send before the order is fulfilled.",
        ));
    }
    super::letter::send(
        tx,
        &actor.keys,
        &order,
        &format!("order-{id}-again-{}", now.timestamp_millis()),
    )?;
    audit::record(tx, actor, Act::new("order.resend", "order", id.0))?;
    query::find(tx.conn(), actor, id)
}
