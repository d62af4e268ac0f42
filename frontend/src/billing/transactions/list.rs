//! The list of payments.

use super::{actions::refund, status_badges};
use kit::{
    format::sentence,
    page::list_page,
    table::{choice, dates, maybe, moment, money, one_of, picked, text, typed, value, yes_no},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Currency, Resource,
    accounts::users::User,
    billing::transactions::{PaymentMethod, Transaction, TransactionSort, TransactionStatus},
    catalog::promotions::Promotion,
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Transaction>("Transactions")
        .search("Order number or full gateway ID")
        .opens(|paid| format!("/billing/transactions/{}", paid.id))
        .column(value("Payment", |paid: &Transaction| {
            Value::text(paid.order_number.clone().unwrap_or_else(|| paid.label()))
                .note(paid.gateway_transaction_id.clone().unwrap_or_default())
        }))
        .column(value("Status", status_badges))
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
        .column(
            value("Order", |paid: &Transaction| {
                Value::linked(
                    paid.order_number.as_deref(),
                    paid.order_id.map(|id| format!("/billing/orders/{id}")),
                )
            })
            .extra(),
        )
        .column(
            moment("Created", |paid: &Transaction| Some(paid.created_at))
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
            text("Dispute", |paid: &Transaction| {
                paid.dispute_state
                    .as_deref()
                    .map(sentence)
                    .unwrap_or_default()
            })
            .extra(),
        )
        .column(
            maybe("Failure reason", |paid: &Transaction| {
                paid.failure_reason.clone()
            })
            .extra(),
        )
        .filter(choice("status", "Status", TransactionStatus::WORDS))
        .filter(choice("payment_method", "Method", PaymentMethod::WORDS))
        .filter(one_of(
            "payment_gateway",
            "Gateway",
            &["stripe", "simulator", "recorded", "none"],
        ))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(picked::<User>("user_id", "Customer"))
        .filter(picked::<Promotion>("promo_code_id", "Promotion"))
        .filter(typed("total_amount_from", "Total from", "10.00"))
        .filter(typed("total_amount_to", "Total to", "99.90"))
        .filter(yes_no(
            "is_refunded",
            "Refunded",
            "Fully or partially",
            "Not refunded",
        ))
        .filter(yes_no("is_disputed", "Dispute", "Disputed", "Not disputed"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .filter(dates("completed_at_from", "completed_at_to", "Completed"))
        .filter(dates(
            "closed_at_from",
            "closed_at_to",
            "Failed or cancelled",
        ))
        .action(refund())
        .empty("No payments yet", "A payment is created with every order.")
        .show()
}
