//! The completion of payments, and the cancellation of orders by request.

use super::jobs::enqueue_provisioning;
use crate::{
    events::EventOutcome,
    fulfillment,
    invoices::Issue,
    orders::{
        self, CancelReason, lock_sale,
        query::{self, OrderRow},
    },
    payments::MakeDay,
    transactions,
};
use catalog::promotions::{self, Completion};
use chrono::{DateTime, Utc};
use platform::{Actor, Ctx, Error, Result, Tx, jobs};
use wire::{
    OrderId, ProblemCode,
    billing::{
        orders::{Order, OrderStatus},
        transactions::{Transaction, TransactionStatus},
    },
    integrations::providers::ProviderAdapter,
};

/// Completes a payment, and starts the delivery of its order. The sale is locked.
pub fn complete_payment(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    now: DateTime<Utc>,
) -> Result<EventOutcome> {
    book_payment(tx, actor, payment, now)?;
    let was_declined = payment.status == TransactionStatus::Failed;
    // An administrator reviews a payment that was marked as unpaid and is confirmed later.
    let previous = if was_declined && !payment.payment_method.is_recorded() {
        PreviousState::Declined
    } else {
        PreviousState::Open
    };
    let started = match payment.order_id {
        Some(order) => start_order(tx, actor, order, previous, now)?,
        None => true,
    };
    let note = if started {
        "Paid."
    } else {
        "Paid after the order was closed, or too late for its stock; the order waits for review."
    };
    Ok(EventOutcome::Applied(payment.id, note.into()))
}

/// Books a payment as completed, without its order: the invoice is issued, and the sums of an earlier day that counted
/// the payment as failed are calculated again.
pub fn book_payment(
    tx: &mut Tx<'_>,
    actor: &Actor,
    payment: &Transaction,
    now: DateTime<Utc>,
) -> Result<()> {
    transactions::transition(
        tx,
        actor,
        payment.id,
        TransactionStatus::Completed,
        None,
        now,
    )?;
    jobs::enqueue(
        tx,
        &Issue {
            transaction: payment.id,
        },
    )?;
    let had_failed = payment.status == TransactionStatus::Failed;
    if let Some(at) = payment.closed_at.filter(|_| had_failed) {
        jobs::enqueue(tx, &MakeDay { at })?;
    }
    Ok(())
}

/// The state of a payment before it was completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PreviousState {
    /// The payment was open, or had expired or was cancelled.
    Open,
    /// The gateway had declined the payment. Gateways report events out of order, and customers try another card.
    Declined,
}

/// Starts an order whose payment is completed, and returns whether it was started. An order that was cancelled because
/// the same payment was declined starts too, while it can still be paid. Any other cancelled order, and an order whose
/// stock was sold after its reservation had ended, waits for review.
fn start_order(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OrderId,
    previous: PreviousState,
    now: DateTime<Utc>,
) -> Result<bool> {
    let order = lock_sale(tx, id)?;
    let promotion = promotions::complete(tx, id, now)?;
    let may_start = match order.status {
        OrderStatus::PendingPayment => true,
        OrderStatus::Cancelled => {
            previous == PreviousState::Declined
                && promotion != Completion::NoUseLeft
                && order.expires_at.is_some_and(|until| until > now)
        }
        _ => false,
    };
    if may_start && is_short_of_stock(tx, &order, now)? {
        let reason = "The order was paid after its reservation of stock had ended, and the plan is sold out: refund it, or retry it when there is stock.";
        fulfillment::mark_for_review(tx, actor, id, reason, now)?;
        return Ok(false);
    }
    if may_start && orders::transition(tx, actor, id, OrderStatus::Paid, None, now)? {
        enqueue_provisioning(tx, &order)?;
        return Ok(true);
    }
    let late = "The order was paid after it had expired or was cancelled: refund it, or retry it.";
    let reason = match promotion {
        Completion::NoUseLeft => format!(
            "{late} Its promotion was used up by other orders since; the discount was given nevertheless."
        ),
        _ => late.to_owned(),
    };
    fulfillment::mark_for_review(tx, actor, id, &reason, now)?;
    Ok(false)
}

/// Returns whether less stock is left than an order needs whose reservation has ended. The plan stays locked until the
/// end of the transaction, so that no other order takes the counted stock.
fn is_short_of_stock(tx: &mut Tx<'_>, order: &OrderRow, now: DateTime<Utc>) -> Result<bool> {
    let reserved_until = order.reserved_until.or(order.expires_at);
    let is_reserved = order.status == OrderStatus::PendingPayment
        && reserved_until.is_none_or(|until| until > now);
    if is_reserved || order.esim_id.is_some() {
        return Ok(false);
    }
    query::lock_plan(tx, order.plan_id)?;
    let left = query::stock_left(tx.conn(), order.plan_id, ProviderAdapter::ALL, now)?;
    Ok(left.is_some_and(|left| left < order.quantity.into()))
}

/// Cancels an unpaid order and its payments, because the customer or an administrator requests it.
pub fn cancel_order(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: OrderId,
    reason: &str,
) -> Result<Order> {
    let order = query::find(tx.conn(), actor, id)?;
    let reason = CancelReason::Requested(reason);
    if !orders::cancel(tx, actor, id, reason, ctx.clock.now())? {
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
