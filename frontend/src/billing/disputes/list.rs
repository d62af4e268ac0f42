//! The list of disputes.

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

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Dispute>("Disputes")
        .search("Full gateway ID")
        .opens(|dispute| format!("/billing/disputes/{}", dispute.id))
        .column(code("Dispute", |dispute: &Dispute| {
            dispute.gateway_dispute_id.clone()
        }))
        .column(state("Status", |dispute: &Dispute| {
            (dispute.state.as_str(), tone(dispute.state))
        }))
        .column(maybe("Reason", |dispute: &Dispute| {
            dispute.reason.as_deref().map(sentence)
        }))
        .column(
            money("Disputed amount", |dispute: &Dispute| {
                (Some(dispute.amount.clone()), dispute.currency)
            })
            .sort(DisputeSort::Amount),
        )
        .column(value("Respond by", deadline).sort(DisputeSort::DueBy))
        .column(
            moment("Opened", |dispute: &Dispute| Some(dispute.created_at))
                .sort(DisputeSort::CreatedAt),
        )
        .column(moment("Closed", |dispute: &Dispute| dispute.closed_at).wide())
        .filter(choice("state", "Status", DisputeState::WORDS))
        .filter(picked::<User>("user_id", "Customer"))
        .empty(
            "No disputes",
            "A dispute appears here when a customer's bank reverses a payment. Its evidence is one file, which you submit to the gateway.",
        )
        .show()
}
