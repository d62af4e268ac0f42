//! The list of payments.

use super::status;
use kit::{
    format::sentence,
    page::list_page,
    table::{choice, dates, maybe, moment, money, one_of, picked, state, text, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Currency, Resource,
    accounts::users::User,
    billing::transactions::{PaymentMethod, Transaction, TransactionSort, TransactionStatus},
};

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<Transaction>("Transactions")
        .search("A whole gateway id")
        .opens(|paid| format!("/billing/transactions/{}", paid.id))
        .column(value("Payment", |paid: &Transaction| {
            Value::code(paid.label())
        }))
        .column(state("Status", status))
        .column(
            money("Total", |paid: &Transaction| {
                (Some(paid.total_amount.clone()), paid.currency)
            })
            .sort(TransactionSort::TotalAmount),
        )
        .column(text("Method", |paid: &Transaction| {
            sentence(paid.payment_method.as_str())
        }))
        .column(
            maybe("Gateway", |paid: &Transaction| {
                paid.payment_gateway.as_deref().map(sentence)
            })
            .wide(),
        )
        .column(value("Order", |paid: &Transaction| {
            Value::linked(
                paid.order_number.as_deref(),
                paid.order_id.map(|id| format!("/billing/orders/{id}")),
            )
        }))
        .column(
            moment("Opened", |paid: &Transaction| Some(paid.created_at))
                .sort(TransactionSort::CreatedAt),
        )
        .column(
            moment("Completed", |paid: &Transaction| paid.completed_at)
                .sort(TransactionSort::CompletedAt)
                .wide(),
        )
        .column(
            money("Refunded", |paid: &Transaction| {
                (Some(paid.refunded_amount.clone()), paid.currency)
            })
            .extra(),
        )
        .column(
            maybe("Why it failed", |paid: &Transaction| {
                paid.failure_reason.clone()
            })
            .extra(),
        )
        .filter(choice("status", "Status", TransactionStatus::WORDS))
        .filter(choice("payment_method", "Method", PaymentMethod::WORDS))
        .filter(one_of(
            "payment_gateway",
            "Gateway",
            &["stripe", "simulator"],
        ))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(picked::<User>("user_id", "Customer"))
        .filter(dates("created_at_from", "created_at_to", "Opened"))
        .empty("No payments yet", "A payment is opened with every order.")
        .show()
}
