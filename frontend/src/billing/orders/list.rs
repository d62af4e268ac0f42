//! The list of orders.

use super::status_badges;
use kit::{
    page::list_page,
    table::{choice, count, dates, maybe, moment, money, picked, text, value},
};
use leptos::prelude::*;
use wire::{
    Currency, Permission,
    accounts::users::User,
    billing::orders::{Order, OrderKind, OrderSort, OrderStatus},
    catalog::plans::Plan,
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Order>("Orders")
        .search("Order number or reference")
        .opens(|order| format!("/billing/orders/{}", order.id))
        .column(text("Order", |order: &Order| order.order_number.clone()))
        .column(value("Status", status_badges))
        .column(
            text("Customer", |order: &Order| order.customer.clone())
                .link(|order| Some(format!("/accounts/users/{}", order.user_id))),
        )
        .column(text("Plan", |order: &Order| order.terms.name.clone()))
        .column(count("Quantity", |order: &Order| order.quantity).wide())
        .column(
            money("Total", |order: &Order| {
                (Some(order.total_amount.clone()), order.currency)
            })
            .sort(OrderSort::TotalAmount),
        )
        .column(moment("Placed", |order: &Order| Some(order.created_at)).sort(OrderSort::CreatedAt))
        .column(
            text("Kind", |order: &Order| {
                kit::format::sentence(order.kind.as_str())
            })
            .extra(),
        )
        .column(maybe("Reference", |order: &Order| order.reference.clone()).extra())
        .column(moment("Paid", |order: &Order| order.paid_at).extra())
        .column(moment("Delivered", |order: &Order| order.delivered_at).extra())
        .column(
            moment("Updated", |order: &Order| Some(order.updated_at))
                .sort(OrderSort::UpdatedAt)
                .extra(),
        )
        .filter(choice("status", "Status", OrderStatus::WORDS))
        .filter(picked::<User>("user_id", "Customer"))
        .filter(picked::<Plan>("plan_id", "Plan"))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(choice("kind", "Kind", OrderKind::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Placed"))
        .new_button("New order", "/billing/orders/new", Permission::OrdersWrite)
        .empty(
            "No orders yet",
            "Place the first one: choose a customer and a plan.",
        )
        .show()
}
