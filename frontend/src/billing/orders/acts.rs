//! What can be done with an order.

use kit::{
    api,
    page::{Act, act, act_for},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    billing::orders::{CancelOrder, Order, OrderStatus},
};

/// Calls it off, while nobody has paid it.
pub fn cancel() -> Act<Order> {
    act_for("Cancel order", "cancelled", Permission::OrdersWrite, Reason::Required, |order: Order, reason| async move {
        api::act(&order, "cancel", &CancelOrder { reason }).await
    })
    .asks("The customer can no longer pay it. Nothing was charged.")
    .when(|order| order.status == OrderStatus::PendingPayment)
    .icon(Icon::Ban)
    .danger()
}

/// Takes it up again, when it is stuck.
pub fn retry() -> Act<Order> {
    act("Retry", "is retried", Permission::OrdersRetry, |order: Order| async move { api::act(&order, "retry", &()).await })
        .asks("Missing eSIMs are taken from stock or ordered from the providers again. Nothing is delivered twice. A refund that the system requested is cancelled.")
        .when(|order| order.status.is_stuck())
        .icon(Icon::RotateCcw)
}

/// Sends the delivery once more.
pub fn resend() -> Act<Order> {
    act(
        "Resend delivery",
        "sent again",
        Permission::OrdersResend,
        |order: Order| async move { api::act(&order, "resend", &()).await },
    )
    .asks("The customer gets the message with the installation links once more.")
    .when(|order| order.status == OrderStatus::Fulfilled)
    .icon(Icon::Send)
}
