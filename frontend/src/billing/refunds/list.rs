//! The list of refunds.

use super::{actions, reason, status};
use kit::{
    page::list_page,
    table::{choice, dates, maybe, moment, money, picked, state, text, value},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Currency, Permission,
    accounts::users::User,
    billing::{
        refunds::{Refund, RefundApprovalState, RefundReason, RefundSort, RefundStatus},
        transactions::PaymentMethod,
    },
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Refund>("Refunds")
        .search("Order number or full gateway ID")
        .opens(|refund| format!("/billing/refunds/{}", refund.id))
        .column(value("Order", |refund: &Refund| {
            Value::maybe(refund.order_number.clone()).note(refund.customer.clone())
        }))
        .column(state("Status", status))
        .column(
            money("Amount", |refund: &Refund| {
                (Some(refund.amount.clone()), refund.currency)
            })
            .sort(RefundSort::Amount),
        )
        .column(text("Reason", reason))
        .column(maybe("Requested by", |refund: &Refund| requester(refund)).wide())
        .column(
            moment("Requested", |refund: &Refund| Some(refund.created_at))
                .sort(RefundSort::CreatedAt),
        )
        .column(
            moment("Paid", |refund: &Refund| refund.processed_at)
                .sort(RefundSort::ProcessedAt)
                .wide(),
        )
        .column(maybe("Decided by", |refund: &Refund| refund.decider.clone()).extra())
        .column(
            maybe("Gateway ID", |refund: &Refund| {
                refund.gateway_refund_id.clone()
            })
            .extra(),
        )
        .filter(choice(
            "approval_state",
            "Decision",
            RefundApprovalState::WORDS,
        ))
        .filter(choice("status", "Payout status", RefundStatus::WORDS))
        .filter(choice("reason_code", "Reason", RefundReason::WORDS))
        .filter(choice("payment_method", "Method", PaymentMethod::WORDS))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(picked::<User>("user_id", "Customer"))
        .filter(dates("created_at_from", "created_at_to", "Requested"))
        .filter(dates("processed_at_from", "processed_at_to", "Paid"))
        .action(actions::approve())
        .action(actions::reject())
        .new_button(
            "New refund",
            "/billing/refunds/new",
            Permission::RefundsRequest,
        )
        .button(
            "Supplier claims",
            Icon::Undo2,
            "/billing/claims",
            Permission::CostsRead,
        )
        .empty(
            "No refunds yet",
            "Refund a payment on the page of its order, or create a refund here.",
        )
        .show()
}

fn requester(refund: &Refund) -> Option<String> {
    let is_automatic = refund.requested_by.is_none();
    refund
        .requester
        .clone()
        .or_else(|| is_automatic.then(|| "System".to_owned()))
}
