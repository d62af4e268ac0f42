//! The list of received webhooks.

use kit::{
    api,
    page::{Action, action, list_page},
    table::{choice, count, dates, maybe, moment, picked, state, value},
    ui::{Icon, Tone, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    integrations::{
        providers::Provider,
        webhooks::{ProviderWebhook, ProviderWebhookSort, WebhookReceiptStatus},
    },
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<ProviderWebhook>("Provider webhooks")
        .search("Event ID")
        .column(
            moment("Received", |row: &ProviderWebhook| Some(row.received_at))
                .sort(ProviderWebhookSort::ReceivedAt),
        )
        .column(value("Provider", |row: &ProviderWebhook| {
            Value::text(row.provider_name.clone())
                .link(format!("/integrations/providers/{}", row.provider_id))
        }))
        .column(maybe("Event", |row: &ProviderWebhook| row.event_type.clone()))
        .column(state("Status", status))
        .column(value("Signed", |row: &ProviderWebhook| Value::yes_no(row.is_signed)).wide())
        .column(maybe("Note", |row: &ProviderWebhook| row.note.clone()).wide())
        .column(count("Deliveries", |row: &ProviderWebhook| row.deliveries).extra())
        .column(count("Replays", |row: &ProviderWebhook| row.replays).extra())
        .column(maybe("Network", |row: &ProviderWebhook| row.network.clone()).extra())
        .column(maybe("Event ID", |row: &ProviderWebhook| row.event_id.clone()).extra())
        .column(moment("Applied", |row: &ProviderWebhook| row.applied_at).extra())
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(choice("status", "Status", WebhookReceiptStatus::WORDS))
        .filter(dates("received_at_from", "received_at_to", "Received"))
        .action(replay())
        .empty(
            "No webhooks yet",
            "Enter the webhook address of a provider in its portal. Every webhook appears here with its result.",
        )
        .show()
}

fn status(row: &ProviderWebhook) -> (&'static str, Tone) {
    let tone = match row.status {
        WebhookReceiptStatus::Received => Tone::Waiting,
        WebhookReceiptStatus::Applied => Tone::Good,
        WebhookReceiptStatus::Ignored => Tone::Neutral,
        WebhookReceiptStatus::Rejected | WebhookReceiptStatus::Failed => Tone::Bad,
    };
    (row.status.as_str(), tone)
}

/// Applies a stored webhook again.
fn replay() -> Action<ProviderWebhook> {
    action(
        "Replay",
        "will be applied again",
        Permission::ProvidersWrite,
        |row: ProviderWebhook| async move { api::post_action(&row, "replay", &()).await },
    )
    .when(|row| row.status != WebhookReceiptStatus::Rejected)
    .icon(Icon::RotateCcw)
}
