//! The list of provisioning jobs, one row per ordered unit.

use super::{retry, status};
use crate::integrations::routing;
use kit::{
    format::sentence,
    page::list_page,
    table::{ago, choice, count, dates, maybe, moment, picked, state, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::integrations::{
    allocations::{Provisioning, ProvisioningAttempt, ProvisioningSort, ProvisioningStatus},
    providers::Provider,
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Provisioning>("Provisioning")
        .opens(|job| format!("/billing/orders/{}", job.order_id))
        .column(
            moment("Created", |job: &Provisioning| Some(job.created_at))
                .sort(ProvisioningSort::CreatedAt),
        )
        .column(state("Status", status))
        .column(value("Order", |job: &Provisioning| {
            Value::text(job.order_number.clone())
                .note(format!("Unit {}", job.unit_no))
                .link(format!("/billing/orders/{}", job.order_id))
        }))
        .column(maybe("Source", |job: &Provisioning| {
            job.source.as_deref().map(sentence)
        }))
        .column(
            value("Last attempt", |job: &Provisioning| {
                job.attempts.last().map_or_else(Value::absent, last_attempt)
            })
            .wide(),
        )
        .column(value("Choice of provider", choice_of_provider).wide())
        .column(count("Attempts", |job: &Provisioning| {
            i64::try_from(job.attempts.len()).unwrap_or(i64::MAX)
        }))
        .column(maybe("Error", |job: &Provisioning| job.last_error.clone()).wide())
        .column(moment("Next attempt", |job: &Provisioning| job.next_attempt_at).wide())
        .column(value("eSIM", |job: &Provisioning| {
            job.esim_id.map_or_else(Value::absent, |id| {
                Value::text("View eSIM").link(format!("/esims/inventory/{id}"))
            })
        }))
        .column(ago("Updated", |job: &Provisioning| Some(job.updated_at)).extra())
        .filter(choice("status", "Status", ProvisioningStatus::WORDS))
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .action(retry())
        .empty(
            "No provisioning yet",
            "Every unit of a paid order appears here, with the attempts at its providers.",
        )
        .show()
}

/// Returns the chosen provider; every candidate with its reason is shown on hover.
fn choice_of_provider(job: &Provisioning) -> Value {
    let Some(decision) = &job.routing else {
        return Value::absent();
    };
    let chosen = decision
        .candidates
        .iter()
        .find(|one| decision.chosen_offer_id == Some(one.offer_id));
    let text = chosen.map_or("No provider", |one| one.provider_name.as_str());
    let others = decision.candidates.len().saturating_sub(1);
    let note = (others > 0).then(|| format!("of {} offers", others.saturating_add(1)));
    Value::text(text)
        .note(note.unwrap_or_default())
        .hint(routing::describe(decision))
}

/// Returns the provider of an attempt and its result.
fn last_attempt(attempt: &ProvisioningAttempt) -> Value {
    let why = attempt.error.clone().unwrap_or_default();
    Value::text(attempt.provider_name.clone())
        .note(sentence(attempt.status.as_str()))
        .hint(why)
}
