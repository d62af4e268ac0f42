//! The list of provisioning jobs, one row per ordered unit.

use super::status;
use kit::{
    format::sentence,
    page::list_page,
    table::{ago, choice, count, dates, maybe, moment, state, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::integrations::allocations::{
    Provisioning, ProvisioningAttempt, ProvisioningSort, ProvisioningStatus,
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
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .empty(
            "No provisioning yet",
            "Every unit of a paid order appears here, with the attempts at its providers.",
        )
        .show()
}

/// Returns the provider of an attempt and its result.
fn last_attempt(attempt: &ProvisioningAttempt) -> Value {
    let why = attempt.error.clone().unwrap_or_default();
    Value::text(attempt.provider_name.clone())
        .note(sentence(attempt.status.as_str()))
        .hint(why)
}
