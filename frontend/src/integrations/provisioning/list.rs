//! The list of provisionings: one row per ordered unit.

use super::status;
use kit::{
    format::sentence,
    page::list_page,
    table::{ago, choice, count, dates, maybe, moment, state, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::integrations::allocations::{
    Attempt, Provisioning, ProvisioningSort, ProvisioningStatus,
};

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<Provisioning>("Provisioning")
        .opens(|job| format!("/billing/orders/{}", job.order_id))
        .column(
            moment("Begun", |job: &Provisioning| Some(job.created_at))
                .sort(ProvisioningSort::CreatedAt),
        )
        .column(state("Status", status))
        .column(value("Order", |job: &Provisioning| {
            Value::text(job.order_number.clone())
                .note(format!("Unit {}", job.unit_no))
                .link(format!("/billing/orders/{}", job.order_id))
        }))
        .column(maybe("From", |job: &Provisioning| {
            job.source.as_deref().map(sentence)
        }))
        .column(
            value("Asked last", |job: &Provisioning| {
                job.attempts.last().map_or_else(Value::absent, last)
            })
            .wide(),
        )
        .column(count("Tries", |job: &Provisioning| {
            i64::try_from(job.attempts.len()).unwrap_or(i64::MAX)
        }))
        .column(
            maybe("What went wrong", |job: &Provisioning| {
                job.last_error.clone()
            })
            .wide(),
        )
        .column(moment("Next try", |job: &Provisioning| job.next_attempt_at).wide())
        .column(value("eSIM", |job: &Provisioning| {
            job.esim_id.map_or_else(Value::absent, |id| {
                Value::text("Open").link(format!("/esims/inventory/{id}"))
            })
        }))
        .column(ago("Went on", |job: &Provisioning| Some(job.updated_at)).extra())
        .filter(choice("status", "Status", ProvisioningStatus::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Begun"))
        .empty(
            "Nothing was provisioned yet",
            "Every unit of a paid order appears here, with what was asked of providers for it.",
        )
        .show()
}

/// The provider that was asked, and what came of it.
fn last(attempt: &Attempt) -> Value {
    let why = attempt.error.clone().unwrap_or_default();
    Value::text(attempt.provider_name.clone())
        .note(sentence(attempt.status.as_str()))
        .hint(why)
}
