//! Orders: one plan for one customer, from placement to delivery.

mod actions;
mod amounts;
mod detail;
mod form;
mod issues;
mod list;
mod payment;
mod related;
mod stepper;
mod timeline;

use kit::{
    Screen,
    format::{money, sentence},
    ui::{Tone, Value},
};
use wire::{
    Permission,
    billing::orders::{Order, RefundState},
};

/// The screens of orders.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/billing/orders",
        title: "Orders",
        needs: Permission::OrdersRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/billing/orders/new",
        title: "New order",
        needs: Permission::OrdersWrite,
        view: |_| Some(form::screen()),
    },
    Screen {
        path: "/billing/orders/{id}",
        title: "Order",
        needs: Permission::OrdersRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
];

/// Returns the status badge of an order.
fn status(order: &Order) -> (&'static str, Tone) {
    (order.status.as_str(), order.status.tone().into())
}

/// Returns the badge of the refunds of an order, with the amount.
fn refunded(order: &Order) -> Option<(String, Tone)> {
    let amount = match order.refund_state? {
        RefundState::Pending => &order.pending_refund_amount,
        RefundState::Partial | RefundState::Full => &order.refunded_amount,
    };
    Some(refund_badge(
        order.refund_state?,
        &money(amount, order.currency),
    ))
}

/// Returns the badge of a dispute of the order's payment.
fn disputed(order: &Order) -> Option<(String, Tone)> {
    dispute_badge(order.dispute_state.as_deref())
}

/// Returns the status with the badges of refunds and disputes, for lists.
pub fn status_badges(order: &Order) -> Value {
    let (word, tone) = status(order);
    let also = [refunded(order), disputed(order)];
    also.into_iter()
        .flatten()
        .fold(Value::state(word, tone), |value, (text, tone)| {
            value.also(text, tone)
        })
}

/// Returns the badge of a refund state: `Partially refunded $3.00`.
pub fn refund_badge(state: RefundState, amount: &str) -> (String, Tone) {
    let tone = match state {
        RefundState::Pending => Tone::Waiting,
        RefundState::Partial | RefundState::Full => Tone::Info,
    };
    (format!("{} {amount}", sentence(state.as_str())), tone)
}

/// Returns the badge of a dispute's state: `Disputed: needs response`.
pub fn dispute_badge(state: Option<&str>) -> Option<(String, Tone)> {
    let state = state?;
    let tone = match state {
        "won" => Tone::Good,
        "lost" => Tone::Bad,
        _ => Tone::Waiting,
    };
    Some((format!("Disputed: {}", state.replace('_', " ")), tone))
}
