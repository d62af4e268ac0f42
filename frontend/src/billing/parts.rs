//! What other sections' pages show of this one.

use kit::{
    api,
    format::sentence,
    page::{Act, Related, act, once, related},
    table::{ago, count, money, text, value},
    task,
    ui::{Icon, Value, facts},
};
use leptos::prelude::*;
use wire::{
    OrderId, Permission, Resource,
    billing::{
        orders::{Order, OrderFilter},
        transactions::{Transaction, TransactionFilter},
    },
};

/// The order that a payment was for.
pub fn order(id: OrderId) -> AnyView {
    let ask = move || task(async move { api::find::<Order>(id).await });
    once(ask, |order: Order| {
        facts(vec![
            (
                "Order",
                Value::text(order.order_number.clone())
                    .link(format!("/billing/orders/{}", order.id)),
            ),
            (
                "Status",
                Value::state(order.status.as_str(), order.status.tone().into()),
            ),
            (
                "Customer",
                Value::text(order.customer.clone())
                    .link(format!("/accounts/users/{}", order.user_id)),
            ),
            (
                "Plan",
                Value::text(format!("{} × {}", order.terms.name, order.quantity))
                    .link(format!("/catalog/plans/{}", order.plan_id)),
            ),
        ])
    })
}

/// Takes a paper of a thing away: where under the thing it lies, and what its file is called.
pub fn paper<R: Resource>(
    label: &'static str,
    needs: Permission,
    (at, name): (&'static str, fn(&R) -> String),
) -> Act<R> {
    act(label, "downloaded", needs, move |thing: R| async move {
        let url = format!("{}/{}/{at}", R::PATH, thing.id());
        api::download(&url, &format!("{}.pdf", name(&thing))).await
    })
    .icon(Icon::Download)
}

/// A short list of orders, narrowed to those of a customer, of an eSIM, ...
pub fn orders(filter: OrderFilter, empty: &'static str) -> Related<Order> {
    related::<Order>("Orders", Permission::OrdersRead, filter)
        .column(text("Order", |order: &Order| order.order_number.clone()))
        .column(text("Plan", |order: &Order| order.terms.name.clone()))
        .column(count("eSIMs", |order: &Order| order.quantity))
        .column(value("Status", super::orders::status_badges))
        .column(money("Total", |order: &Order| {
            (Some(order.total_amount.clone()), order.currency)
        }))
        .column(ago("Placed", |order: &Order| Some(order.created_at)))
        .opens(|order| format!("/billing/orders/{}", order.id))
        .all("/billing/orders")
        .empty(empty)
}

/// A short list of payments.
pub fn payments(filter: TransactionFilter, empty: &'static str) -> Related<Transaction> {
    related::<Transaction>("Payments", Permission::TransactionsRead, filter)
        .column(value("Order", |paid: &Transaction| {
            Value::linked(
                paid.order_number.as_deref(),
                paid.order_id.map(|id| format!("/billing/orders/{id}")),
            )
        }))
        .column(text("Method", |paid: &Transaction| {
            sentence(paid.payment_method.as_str())
        }))
        .column(value("Status", super::transactions::status_badges))
        .column(money("Total", |paid: &Transaction| {
            (Some(paid.total_amount.clone()), paid.currency)
        }))
        .column(ago("Opened", |paid: &Transaction| Some(paid.created_at)))
        .opens(|paid| format!("/billing/transactions/{}", paid.id))
        .all("/billing/transactions")
        .empty(empty)
}
