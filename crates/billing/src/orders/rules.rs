//! Decisions about orders: what may be sold, what paying, failing and cancelling mean.

mod chargeable;
mod payment;
mod place;
mod topup;
mod unpaid;

pub use payment::{payment, secret_of};
pub use place::{Amounts, place, quote};
pub use topup::Target;

use super::{jobs::Provision, letter, provisioning, query};
use crate::{reconciliation, refunds, transactions};
use catalog::promotions::{self, Completion};
use chrono::{DateTime, Utc};
use integrations::allocations;
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    jobs,
};
use wire::{
    OrderId, ProblemCode,
    billing::orders::{Order, OrderStatus, PlanTerms},
    catalog::plans::Plan,
    integrations::providers::ProviderAdapter,
};

fn frozen(plan: &Plan) -> PlanTerms {
    PlanTerms {
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

/// What a payment was before it completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completes {
    /// It was open, or it had expired or was cancelled.
    Payment,
    /// The gateway had declined it. Gateways report events out of order, and customers try another card.
    DeclinedPayment,
}

/// Starts an order whose payment has completed. An order that was closed by a decline of the same payment starts too,
/// while it can still be paid. Any other closed order, and one whose stock was sold after its reservation had ended,
/// waits for review by a person.
pub fn paid(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    completes: Completes,
    now: DateTime<Utc>,
) -> Result<Paid> {
    let order = query::lock(tx, id)?;
    let promotion = promotions::complete(tx, id, now)?;
    let may_start = match order.status {
        OrderStatus::PendingPayment => true,
        OrderStatus::Cancelled => {
            completes == Completes::DeclinedPayment
                && promotion != Completion::NoUseLeft
                && order.expires_at.is_some_and(|until| until > now)
        }
        _ => false,
    };
    if may_start && is_short(tx, &order, now)? {
        let reason = "The order was paid after its reservation of stock had ended, and the plan is sold out: refund it, or retry it when there is stock.";
        stuck(tx, actor, id, reason, now)?;
        return Ok(Paid::Late);
    }
    if may_start
        && query::advance(
            tx,
            id,
            &[OrderStatus::PendingPayment, OrderStatus::Cancelled],
            OrderStatus::Paid,
            None,
            now,
        )?
    {
        for unit_no in 1..=order.quantity {
            allocations::queue(tx, id, unit_no)?;
            jobs::enqueue(tx, &Provision { order: id, unit_no })?;
        }
        audit::record(tx, actor, AuditEvent::new("order.pay", "order", id.0))?;
        return Ok(Paid::Begun);
    }
    let late = "It was paid after it had been closed: refund it, or take it up again.";
    let reason = match promotion {
        Completion::NoUseLeft => format!(
            "{late} Its promotion has been used up by others since; the discount was given all the same."
        ),
        _ => late.to_owned(),
    };
    stuck(tx, actor, id, &reason, now)?;
    Ok(Paid::Late)
}

/// Returns whether less stock is left than an order needs whose reservation has ended. The plan stays locked until the
/// end of the transaction, so that no other order takes the counted stock.
fn is_short(tx: &mut Tx<'_>, order: &query::OrderRow, now: DateTime<Utc>) -> Result<bool> {
    let reserved_until = order.reserved_until.or(order.expires_at);
    let is_reserved = order.status == OrderStatus::PendingPayment
        && reserved_until.is_none_or(|until| until > now);
    if is_reserved || order.esim_id.is_some() {
        return Ok(false);
    }
    query::queue_for(tx, order.plan_id)?;
    let left = query::left(tx.conn(), order.plan_id, ProviderAdapter::ALL, now)?;
    Ok(left.is_some_and(|left| left < order.quantity.into()))
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
            AuditEvent::new("order.review", "order", id.0).with_reason(Some(reason)),
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
        let act = AuditEvent::new("order.fail", "order", id.0);
        audit::record(tx, actor, act.with_reason(Some(reason)))?;
        reconciliation::order_stuck(tx, actor, id, reason, now)?;
        letter::not_delivered(tx, &actor.keys, id)?;
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
            AuditEvent::new("order.cancel", "order", id.0).with_reason(Some(reason)),
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
        return Err(Error::with_detail(
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
    let wrong = |why: String| Err(Error::with_detail(ProblemCode::WrongState, why));
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
    audit::record(tx, actor, AuditEvent::new("order.retry", "order", id.0))?;
    query::find(tx.conn(), actor, id)
}

/// Sends the delivery of an order once more.
pub fn resend(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, id: OrderId) -> Result<Order> {
    let (order, now) = (query::lock(tx, id)?, ctx.clock.now());
    if order.status != OrderStatus::Fulfilled {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "There is nothing to send before the order is fulfilled.",
        ));
    }
    if query::usable(tx.conn(), id)?.is_empty() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "Every eSIM of the order was cancelled: there is nothing to send.",
        ));
    }
    super::letter::send(
        tx,
        &actor.keys,
        &order,
        &format!("order-{id}-again-{}", now.timestamp_millis()),
    )?;
    audit::record(tx, actor, AuditEvent::new("order.resend", "order", id.0))?;
    query::find(tx.conn(), actor, id)
}
