//! What other sections' pages show of this one.

use kit::{
    page::{Related, related},
    table::{ago, count, money, state, text},
};
use wire::{
    Permission,
    billing::orders::{Order, OrderFilter},
};

/// A short list of orders, narrowed to those of a customer, of an eSIM, ...
pub fn orders(filter: OrderFilter, empty: &'static str) -> Related<Order> {
    related::<Order>("Orders", Permission::OrdersRead, filter)
        .column(text("Order", |order: &Order| order.order_number.clone()))
        .column(text("Plan", |order: &Order| order.terms.name.clone()))
        .column(count("eSIMs", |order: &Order| order.quantity))
        .column(state("Status", |order: &Order| {
            (order.status.as_str(), order.status.tone().into())
        }))
        .column(money("Total", |order: &Order| {
            (Some(order.total_amount.clone()), order.currency)
        }))
        .column(ago("Placed", |order: &Order| Some(order.created_at)))
        .opens(|order| format!("/billing/orders/{}", order.id))
        .all("/billing/orders")
        .empty(empty)
}
