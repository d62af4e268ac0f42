//! Supplier claims: what providers owe us for refunded eSIMs. A rejected claim is our loss.

use kit::{
    api,
    page::{action_with_reason, list_page},
    table::{choice, dates, maybe, moment, money, picked, state, value},
    ui::{Icon, Tone, Value, dialog::Reason},
};
use leptos::prelude::*;
use wire::{
    Currency, Permission,
    billing::refunds::{CloseSupplierClaim, SupplierClaim, SupplierClaimSort, SupplierClaimState},
    integrations::providers::Provider,
};

/// Draws the list. Without filters in the address, it shows the open claims.
pub fn screen() -> AnyView {
    list_page::<SupplierClaim>("Supplier claims")
        .opens(|claim| format!("/billing/refunds/{}", claim.refund_id))
        .column(value("Provider", |claim: &SupplierClaim| {
            Value::text(claim.provider_name.clone())
        }))
        .column(state("Status", status))
        .column(
            money("Amount", |claim: &SupplierClaim| {
                (Some(claim.amount.clone()), claim.currency)
            })
            .sort(SupplierClaimSort::Amount),
        )
        .column(value("eSIM", |claim: &SupplierClaim| {
            let href = claim.esim_id.map(|id| format!("/esims/inventory/{id}"));
            Value::linked(href.is_some().then_some("View eSIM"), href)
        }))
        .column(maybe("Note", |claim: &SupplierClaim| claim.note.clone()).wide())
        .column(
            moment("Opened", |claim: &SupplierClaim| Some(claim.created_at))
                .sort(SupplierClaimSort::CreatedAt),
        )
        .column(moment("Closed", |claim: &SupplierClaim| claim.closed_at).wide())
        .filter(choice("state", "Status", SupplierClaimState::WORDS))
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Opened"))
        .action(close("Mark as accepted", "accepted", "accept"))
        .action(close("Mark as rejected", "rejected", "reject").danger())
        .default_query("state=open")
        .empty(
            "No claims",
            "A claim is opened when an eSIM that a provider has charged is refunded.",
        )
        .show()
}

fn close(
    label: &'static str,
    done: &'static str,
    verb: &'static str,
) -> kit::page::Action<SupplierClaim> {
    action_with_reason(
        label,
        done,
        Permission::RefundsDecide,
        Reason::Optional,
        move |claim: SupplierClaim, note| async move {
            let answer = CloseSupplierClaim {
                note: Some(note).filter(|note| !note.is_empty()),
            };
            api::post_action(&claim, verb, &answer).await
        },
    )
    .asks("Record the answer of the provider. A rejected claim is our loss.")
    .when(|claim| claim.state == SupplierClaimState::Open)
    .icon(Icon::Check)
}

/// Returns the status badge of a claim.
pub fn status(claim: &SupplierClaim) -> (&'static str, Tone) {
    let tone = match claim.state {
        SupplierClaimState::Open => Tone::Waiting,
        SupplierClaimState::Accepted => Tone::Good,
        SupplierClaimState::Rejected => Tone::Bad,
    };
    (claim.state.as_str(), tone)
}
