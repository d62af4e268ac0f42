//! The actions on an order: cancel, retry, resend the delivery.

use kit::{
    api,
    page::{Action, action, action_with_reason},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission,
    billing::orders::{CancelOrder, Order, OrderStatus},
};

/// Cancels an unpaid order.
pub fn cancel() -> Action<Order> {
    action_with_reason(
        "Cancel order",
        "cancelled",
        Permission::OrdersWrite,
        Reason::Required,
        |order: Order, reason| async move {
            api::post_action(&order, "cancel", &CancelOrder { reason }).await
        },
    )
    .asks("The customer can no longer pay it. Nothing was charged.")
    .when(|order| order.status == OrderStatus::PendingPayment)
    .icon(Icon::Ban)
    .danger()
}

/// Retries an order that is stuck.
pub fn retry() -> Action<Order> {
    action("Retry", "queued for retry", Permission::OrdersRetry, |order: Order| async move { api::post_action(&order, "retry", &()).await })
        .asks("Missing eSIMs are taken from stock or ordered from the providers again. Nothing is delivered twice. A refund that the system requested is cancelled.")
        .when(|order| order.status.is_stuck())
        .icon(Icon::RotateCcw)
}

/// Resends the delivery message.
pub fn resend() -> Action<Order> {
    action(
        "Resend delivery",
        "sent again",
        Permission::OrdersResend,
        |order: Order| async move { api::post_action(&order, "resend", &()).await },
    )
    .asks("The customer receives the message with the installation links again.")
    .when(|order| order.status == OrderStatus::Fulfilled)
    .icon(Icon::Send)
}
