//! The list of runs.

use crate::integrations::providers::connection::run_state;
use kit::{
    format::sentence,
    page::list_page,
    table::{choice, count, dates, maybe, moment, picked, state, text, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::integrations::providers::{
    Provider, ProviderRun, ProviderRunKind, ProviderRunSort, ProviderRunStatus,
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<ProviderRun>("Tests and syncs")
        .column(
            moment("Requested", |run: &ProviderRun| Some(run.created_at))
                .sort(ProviderRunSort::CreatedAt),
        )
        .column(text("Kind", |run: &ProviderRun| {
            sentence(run.kind.as_str())
        }))
        .column(state("Status", run_state))
        .column(maybe("Outcome", |run: &ProviderRun| run.message.clone()))
        .column(count("Read", |run: &ProviderRun| run.items).wide())
        .column(count("New", |run: &ProviderRun| run.added).wide())
        .column(count("Changed", |run: &ProviderRun| run.changed).wide())
        .column(value("Conflicts", conflicts).wide())
        .column(value("Subject", subject))
        .column(moment("Finished", |run: &ProviderRun| run.finished_at).extra())
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(choice("kind", "Kind", ProviderRunKind::WORDS))
        .filter(choice("status", "Status", ProviderRunStatus::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Requested"))
        .empty(
            "No tests or syncs yet",
            "Test the connection of a provider, or read its catalog.",
        )
        .show()
}

/// Returns the number of conflicts; the first ones are shown on hover.
fn conflicts(run: &ProviderRun) -> Value {
    let all = &run.conflicts.0;
    if all.is_empty() {
        return Value::absent();
    }
    let first = all
        .iter()
        .take(10)
        .map(|one| format!("{}: {}", one.subject, one.message));
    Value::count(i64::try_from(all.len()).unwrap_or(i64::MAX))
        .hint(first.collect::<Vec<_>>().join("\n"))
}

fn subject(run: &ProviderRun) -> Value {
    match (run.provider_id, run.twilio_config_id, run.price_list_id) {
        (_, _, Some(id)) => Value::text("Price list").link(format!("/catalog/price-lists/{id}")),
        (Some(id), ..) => Value::text("Provider").link(format!("/integrations/providers/{id}")),
        (None, Some(id), _) => {
            Value::text("Twilio account").link(format!("/integrations/twilio/{id}"))
        }
        (None, None, None) => Value::absent(),
    }
}
