//! Decisions about orders: what may be sold, what paying, failing and cancelling mean.

use super::{
    jobs::{Expire, Provision},
    provisioning,
    query::{self, Draft},
};
use crate::transactions;
use chrono::{DateTime, TimeDelta, Utc};
use integrations::allocations;
use platform::{
    Actor, Ctx, Error, Result, Tx,
    audit::{self, Act},
    jobs, people,
    settings::{self, PaymentWindow},
};
use serde_json::json;
use wire::{
    OrderId, PlanId, ProblemCode, Reach,
    billing::orders::{NewOrder, Order, OrderStatus, Terms},
    catalog::plans::Plan,
};

/// Places an order: the price of this moment, terms frozen, a payment pending. Stock is taken after payment.
pub fn place(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, new: NewOrder) -> Result<Order> {
    let now = ctx.clock.now();
    let buyer = match (actor.reach, new.user_id) {
        (Reach::All, Some(customer)) => customer,
        (_, None) => actor.id.ok_or_else(|| {
            Error::field(
                "user_id",
                "required",
                "Say which of your customers it is for.",
            )
        })?,
        (_, Some(customer)) if query::is_theirs(tx.conn(), actor, customer)? => customer,
        _ => {
            return Err(Error::field(
                "user_id",
                "not_yours",
                "This is none of your customers.",
            ));
        }
    };
    people::hold(tx, buyer)?;
    let Some(trade) = query::buyer(tx.conn(), buyer)? else {
        return Err(Error::field(
            "user_id",
            "unknown",
            "There is no active customer with this id.",
        ));
    };
    if trade.is_trial {
        nothing_real(tx, ctx, new.plan_id)?;
    }
    let plan = query::plan(tx.conn(), new.plan_id)?.ok_or_else(|| {
        Error::because(
            ProblemCode::PlanNotOnSale,
            "The plan does not exist or was withdrawn.",
        )
    })?;
    let quote = catalog::pricing::quote(
        tx.conn(),
        new.plan_id,
        new.region.as_deref(),
        new.currency,
        now,
    )?;
    let total = quote.selling_price.times(new.quantity);
    if total
        .minor(new.currency)
        .is_none_or(|minor| minor >= 1_000_000_000)
    {
        return Err(Error::field(
            "quantity",
            "too_much",
            "The total is more than one payment can carry.",
        ));
    }

    let draft = Draft {
        id: OrderId::new(),
        user_id: buyer,
        terms: frozen(&plan),
        region: quote.region,
        unit_price: quote.selling_price,
        unit_cost: quote.cost_price.unwrap_or_else(wire::Money::zero),
        total,
        created_by: actor.id,
        expires_at: now + TimeDelta::minutes(settings::get(tx.conn(), PaymentWindow)?),
        now,
    };
    query::insert(tx, &new, &draft)?;
    let payment = transactions::open(
        tx,
        &transactions::Due {
            order: draft.id,
            user: buyer,
            plan: new.plan_id,
            amount: draft.total.clone(),
            currency: new.currency,
            method: new.payment_method,
            now,
        },
    )?;
    jobs::enqueue_at(tx, &Expire { order: draft.id }, draft.expires_at)?;
    audit::record(tx, actor, Act::new("order.place", "order", draft.id.0).changing(json!({
        "plan_id": new.plan_id, "quantity": new.quantity, "total_amount": draft.total, "currency": new.currency, "transaction_id": payment,
    })))?;
    query::find(
        tx.conn(),
        &Actor {
            reach: Reach::All,
            ..actor.clone()
        },
        draft.id,
    )
}

/// What a client in test mode tries out must cost nobody anything.
fn nothing_real(tx: &mut Tx<'_>, ctx: &Ctx, plan: PlanId) -> Result<()> {
    if ctx.ports.payments.is_simulated() && !allocations::is_bought(tx.conn(), plan)? {
        return Ok(());
    }
    Err(Error::because(
        ProblemCode::Forbidden,
        "This is a customer of a client in test mode, and here the payment or the provider would be real. \
         Try it out where both are simulated, or place the order with a live client.",
    ))
}

fn frozen(plan: &Plan) -> Terms {
    Terms {
        name: plan.name.clone(),
        data_limit_mb: plan.data_limit_mb.clone(),
        voice_minutes: plan.voice_minutes,
        sms_count: plan.sms_count,
        validity_days: plan.validity_days,
        regions: plan.regions.0.clone(),
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
    stuck(
        tx,
        actor,
        id,
        "It was paid after it had been closed: refund it, or take it up again.",
        now,
    )?;
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
    let is_paid = order.paid_at.is_some() || transactions::is_paid(tx.conn(), id)?;
    if !order.status.is_stuck() || !is_paid {
        return Err(Error::because(
            ProblemCode::WrongState,
            format!(
                "The order is {}; only a paid order that is stuck can be taken up again.",
                order.status
            ),
        ));
    }
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
