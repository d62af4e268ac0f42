//! The list of disputes: what has to be answered comes first.

use kit::{
    format::{ago, moment as moment_of, now, sentence},
    page::list_page,
    table::{choice, code, maybe, moment, money, picked, state, value},
    ui::{Tone, Value},
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
        .opens(|dispute| format!("/billing/transactions/{}", dispute.transaction_id))
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
            "A dispute appears here when a customer's bank takes a payment back. Answer it at the gateway.",
        )
        .show()
}

/// Until when it can be answered; what is late or nearly so stands out.
fn deadline(dispute: &Dispute) -> Value {
    match dispute.due_by {
        Some(by) if dispute.state == DisputeState::NeedsResponse => {
            let days = (by - now()).num_days();
            let tone = if days < 3 { Tone::Bad } else { Tone::Waiting };
            Value::badge(ago(by, now()), tone).hint(moment_of(by))
        }
        Some(by) => Value::time(by),
        None => Value::absent(),
    }
}

const fn tone(state: DisputeState) -> Tone {
    match state {
        DisputeState::NeedsResponse => Tone::Bad,
        DisputeState::UnderReview => Tone::Waiting,
        DisputeState::Won => Tone::Good,
        DisputeState::Lost => Tone::Neutral,
    }
}
