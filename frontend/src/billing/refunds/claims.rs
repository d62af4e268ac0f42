//! What providers owe us for what was given back. What they reject is our loss.

use kit::{
    api,
    page::{act_for, list_page},
    table::{choice, dates, maybe, moment, money, picked, state, value},
    ui::{Icon, Tone, Value, dialog::Reason},
};
use leptos::prelude::*;
use wire::{
    Currency, Permission,
    billing::refunds::{ClaimSort, ClaimState, CloseClaim, SupplierClaim},
    integrations::providers::Provider,
};

/// Draws it; whoever comes without saying what they want sees what is open.
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
            .sort(ClaimSort::Amount),
        )
        .column(value("eSIM", |claim: &SupplierClaim| {
            let href = claim.esim_id.map(|id| format!("/esims/inventory/{id}"));
            Value::linked(href.is_some().then_some("View eSIM"), href)
        }))
        .column(maybe("Note", |claim: &SupplierClaim| claim.note.clone()).wide())
        .column(
            moment("Opened", |claim: &SupplierClaim| Some(claim.created_at))
                .sort(ClaimSort::CreatedAt),
        )
        .column(moment("Answered", |claim: &SupplierClaim| claim.closed_at).wide())
        .filter(choice("state", "Status", ClaimState::WORDS))
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Opened"))
        .action(close("Accepted", "noted as accepted", "accept"))
        .action(close("Rejected", "noted as rejected", "reject").danger())
        .begins_with("state=open")
        .empty(
            "No claims",
            "One is opened when something that a provider has charged is given back.",
        )
        .show()
}

fn close(
    label: &'static str,
    done: &'static str,
    verb: &'static str,
) -> kit::page::Act<SupplierClaim> {
    act_for(
        label,
        done,
        Permission::RefundsDecide,
        Reason::Optional,
        move |claim: SupplierClaim, note| async move {
            let said = CloseClaim {
                note: Some(note).filter(|note| !note.is_empty()),
            };
            api::act(&claim, verb, &said).await
        },
    )
    .asks("What the provider has said. A rejected claim is our loss.")
    .when(|claim| claim.state == ClaimState::Open)
    .icon(Icon::Check)
}

/// What they said.
pub fn status(claim: &SupplierClaim) -> (&'static str, Tone) {
    let tone = match claim.state {
        ClaimState::Open => Tone::Waiting,
        ClaimState::Accepted => Tone::Good,
        ClaimState::Rejected => Tone::Bad,
    };
    (claim.state.as_str(), tone)
}
