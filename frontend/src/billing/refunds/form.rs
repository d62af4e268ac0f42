//! Asking for a refund: of which payment, how much, and what speaks for it before it is asked for.

use super::eligibility;
use kit::{
    api::Fault,
    form::{Draft, Source, area_field, choice_field, money_field, picker_field},
    format::money,
    page::{Fixed, form_page},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Resource,
    billing::{
        refunds::{Eligibility, NewRefund, Refund, RefundEffect, RefundReason},
        transactions::Transaction,
    },
};

/// Draws it.
pub fn screen() -> AnyView {
    form_page::<Refund, NewRefund, Fixed>(None)
        .begin(json!({ "reason_code": "not_working" }))
        .section(
            "Payment",
            "Only what has come in can be given back.",
            [picker_field(
                "transaction_id",
                "Payment",
                Source::within::<Transaction>(vec![("status", "completed".to_owned())], paid),
            )
            .help("Search by order number, or by a whole id of the gateway.")],
        )
        .section(
            "Refund",
            "Small amounts are paid at once by whoever may decide; larger ones wait for somebody else.",
            [
                money_field("amount", "Amount")
                    .optional()
                    .help("In the payment's currency. Leave it empty for all that is left."),
                choice_field("effect", "What becomes of the eSIMs", RefundEffect::WORDS)
                    .optional()
                    .help("Leave it empty for what is recommended. Cancel ends what nobody has installed, and suspends the rest."),
            ],
        )
        .section(
            "Reason",
            "For the record; the customer is told the amount alone.",
            [
                choice_field("reason_code", "Reason", RefundReason::WORDS),
                area_field("reason", "In a sentence").optional(),
            ],
        )
        .answer::<Eligibility>(
            "What speaks for it",
            "As of now, by what was used and what time is left.",
            address,
            known,
        )
        .verb("Ask for the refund")
        .show()
}

fn paid(payment: &Transaction) -> String {
    money(&payment.total_amount, payment.currency)
}

/// Where the recommendation is asked, once there is a payment.
fn address(draft: &Draft) -> Option<String> {
    let id = draft.text("transaction_id");
    (!id.is_empty()).then(|| format!("{}/{id}/eligibility", Transaction::PATH))
}

fn known(_: &Draft, answer: Option<Result<Eligibility, Fault>>) -> AnyView {
    match answer {
        None => {
            view! { <p class="muted">"Choose a payment to see what is recommended."</p> }.into_any()
        }
        Some(Err(fault)) => {
            view! { <p class="banner" data-tone="waiting">{fault.sentence()}</p> }.into_any()
        }
        Some(Ok(known)) => eligibility::shown(&known),
    }
}
