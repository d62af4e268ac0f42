//! Parts of billing that several pages show.

use kit::{
    api,
    format::sentence,
    page::{Action, Related, action, load, related},
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

/// Draws the facts of an order.
pub fn order(id: OrderId) -> AnyView {
    let fetch = move || task(async move { api::find::<Order>(id).await });
    load(fetch, |order: Order| {
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

/// Returns the action that downloads a PDF of a record. `path` is relative to the address of the record; `file_name`
/// returns the name of the file without its extension.
pub fn download_pdf<R: Resource>(
    label: &'static str,
    needs: Permission,
    path: &'static str,
    file_name: fn(&R) -> String,
) -> Action<R> {
    action(label, "downloaded", needs, move |record: R| async move {
        let url = format!("{}/{}/{path}", R::PATH, record.id());
        api::download(&url, &format!("{}.pdf", file_name(&record))).await
    })
    .icon(Icon::Download)
}

/// Returns a short list of orders that match a filter, such as those of a customer.
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

/// Returns a short list of payments that match a filter.
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
        .column(ago("Created", |paid: &Transaction| Some(paid.created_at)))
        .opens(|paid| format!("/billing/transactions/{}", paid.id))
        .all("/billing/transactions")
        .empty(empty)
}
