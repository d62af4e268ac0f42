//! The list of disputes: what has to be answered comes first.

use super::{deadline, tone};
use kit::{
    format::sentence,
    page::list_page,
    table::{choice, code, maybe, moment, money, picked, state, value},
};
use leptos::prelude::*;
use wire::{
    accounts::users::User,
    billing::disputes::{Dispute, DisputeSort, DisputeState},
};

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<Dispute>("Disputes")
        .search("A whole id of the gateway")
        .opens(|dispute| format!("/billing/disputes/{}", dispute.id))
        .column(code("Dispute", |dispute: &Dispute| {
            dispute.gateway_dispute_id.clone()
        }))
        .column(state("State", |dispute: &Dispute| {
            (dispute.state.as_str(), tone(dispute.state))
        }))
        .column(maybe("Reason", |dispute: &Dispute| {
            dispute.reason.as_deref().map(sentence)
        }))
        .column(
            money("Taken back", |dispute: &Dispute| {
                (Some(dispute.amount.clone()), dispute.currency)
            })
            .sort(DisputeSort::Amount),
        )
        .column(value("Answer by", deadline).sort(DisputeSort::DueBy))
        .column(
            moment("Heard", |dispute: &Dispute| Some(dispute.created_at))
                .sort(DisputeSort::CreatedAt),
        )
        .column(moment("Closed", |dispute: &Dispute| dispute.closed_at).wide())
        .filter(choice("state", "State", DisputeState::WORDS))
        .filter(picked::<User>("user_id", "Customer"))
        .empty(
            "No disputes",
            "A dispute appears here when a customer's bank takes a payment back. Its evidence is one file, to be handed in at the gateway.",
        )
        .show()
}
