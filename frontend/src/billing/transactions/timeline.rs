//! The timeline of a payment, and the gateway events about it.

use kit::{
    api,
    page::{load, load_on, table_of},
    session,
    table::{self, Column},
    task,
    ui::{Event, Tone, Value, card, timeline},
};
use leptos::prelude::*;
use wire::{
    Permission, Resource, TransactionId,
    billing::{
        orders::{Timeline, TimelineStep},
        transactions::{Transaction, WebhookReceipt, WebhookReceiptList},
    },
    integrations::webhooks::WebhookReceiptStatus,
};

/// Draws the events, the oldest first. A change of `reload` reloads them.
pub fn timeline_card(id: TransactionId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/timeline", Transaction::PATH);
        task(async move { api::get::<Timeline>(&path).await })
    };
    let draw = |page: Timeline| timeline(page.data.into_iter().map(event).collect());
    card("Timeline", load_on(reload, fetch, draw))
}

fn event(step: TimelineStep) -> Event {
    Event {
        at: step.at,
        what: step.what,
        who: step.actor,
        more: vec![step.sentence],
        tone: step.tone.into(),
    }
}

/// Draws the gateway events, for users who may see them.
pub fn gateway_events(id: TransactionId) -> Option<AnyView> {
    if !untrack(|| session::can(Permission::PaymentsOverview)) {
        return None;
    }
    let fetch = move || {
        let path = format!("{}/{id}/receipts", Transaction::PATH);
        task(async move { api::get::<WebhookReceiptList>(&path).await })
    };
    let draw = |page: WebhookReceiptList| {
        if page.data.is_empty() {
            return view! { <p class="muted">"No events yet. The gateway sends them as webhooks."</p> }
                .into_any();
        }
        table_of(&page.data, &columns())
    };
    Some(load(fetch, draw))
}

fn columns() -> Vec<Column<WebhookReceipt>> {
    vec![
        table::value("Event", |receipt: &WebhookReceipt| {
            let kind = receipt.event_type.clone().unwrap_or_default();
            Value::text(kind).hint(receipt.event_id.clone().unwrap_or_default())
        }),
        table::state("Result", |receipt: &WebhookReceipt| {
            let tone = match receipt.status {
                WebhookReceiptStatus::Applied => Tone::Good,
                WebhookReceiptStatus::Ignored => Tone::Neutral,
                WebhookReceiptStatus::Received => Tone::Waiting,
                WebhookReceiptStatus::Rejected | WebhookReceiptStatus::Failed => Tone::Bad,
            };
            (receipt.status.as_str(), tone)
        }),
        table::maybe("Note", |receipt: &WebhookReceipt| receipt.note.clone()),
        table::moment("Received", |receipt: &WebhookReceipt| {
            Some(receipt.received_at)
        }),
    ]
}
