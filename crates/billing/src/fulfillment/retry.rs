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
    jobs, people,
};
use serde_json::json;
use wire::{
    OrderId, ProblemCode, ProvisioningJobId,
    billing::orders::{Order, OrderStatus, ResendDelivery},
    identifier,
    integrations::allocations::Provisioning,
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

/// Retries the provisioning of one unit now. In an order that is stuck, the unit is queued again; a unit that waits is
/// continued at once.
pub fn retry_unit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: ProvisioningJobId,
) -> Result<Provisioning> {
    let (order_id, unit_no) = allocations::find_unit(tx.conn(), id)?;
    let (order, now) = (lock_sale(tx, order_id)?, ctx.clock.now());
    let wrong = |why: &str| Err(Error::with_detail(ProblemCode::WrongState, why));
    if !transactions::is_paid(tx.conn(), order_id)? {
        return wrong("The order is not paid, or its payment was refunded.");
    }
    let is_in_progress = matches!(order.status, OrderStatus::Paid | OrderStatus::Provisioning);
    if !is_in_progress && !order.status.is_stuck() {
        return wrong("Only eSIMs of a paid order that is not delivered yet can be retried.");
    }
    if !unit::reopen(tx, order_id, unit_no)? {
        return wrong("This eSIM was delivered already.");
    }
    if order.status.is_stuck() {
        refunding::withdraw_automatic_request(tx, actor, order_id, now)?;
        orders::transition(tx, actor, order_id, OrderStatus::Paid, None, now)?;
    }
    let change = json!({ "unit_no": unit_no });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ProvisioningRetry, order_id).with_change(change),
    )?;
    let job = Provision {
        order: order_id,
        unit_no,
    };
    jobs::enqueue(tx, &job)?;
    allocations::show(tx.conn(), id)
}

/// Sends the delivery email of an order again, to the customer or to another address. The address is sealed with the message,
/// and masked in the audit log.
pub fn resend(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: OrderId,
    request: &ResendDelivery,
) -> Result<Order> {
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
    let other = request.email.as_deref().map(identifier::email);
    let delivery = email::DeliveryEmail {
        dedupe_key: &dedupe_key,
        to: other.as_deref(),
    };
    email::send_delivery(tx, &actor.keys, &order, delivery)?;
    let event =
        AuditEvent::new(AuditAction::OrderResend, id).with_reason(request.reason.as_deref());
    let event = match &other {
        Some(to) => event.with_change(json!({ "to": people::mask_email(to) })),
        None => event,
    };
    audit::record(tx, actor, event)?;
    query::find(tx.conn(), actor, id)
}
