//! What happened to a payment, and what the gateway has told of it.

use kit::{
    api,
    format::sentence,
    page::{loaded, once, table_of},
    session,
    table::{self, Column},
    task,
    ui::{Event, Tone, Value, card, timeline},
};
use leptos::prelude::*;
use wire::{
    Permission, Resource, TransactionId,
    billing::{
        orders::{Step, Timeline},
        transactions::{Receipt, Receipts, Transaction},
    },
    integrations::webhooks::ReceiptStatus,
};

/// Draws the steps, the oldest first; `again` asks once more.
pub fn steps(id: TransactionId, again: RwSignal<u32>) -> AnyView {
    let ask = move || {
        let path = format!("{}/{id}/timeline", Transaction::PATH);
        task(async move { api::get::<Timeline>(&path).await })
    };
    let draw = |told: Timeline| timeline(told.data.into_iter().map(event).collect());
    card("Timeline", loaded(again, ask, draw))
}

fn event(step: Step) -> Event {
    Event {
        at: step.at,
        what: sentence(&step.what),
        who: step.actor,
        more: vec![step.sentence],
        tone: step.tone.into(),
    }
}

/// Draws the gateway events, for users with the permission to see them.
pub fn receipts(id: TransactionId) -> Option<AnyView> {
    if !untrack(|| session::can(Permission::PaymentsOverview)) {
        return None;
    }
    let ask = move || {
        let path = format!("{}/{id}/receipts", Transaction::PATH);
        task(async move { api::get::<Receipts>(&path).await })
    };
    let draw = |told: Receipts| {
        if told.data.is_empty() {
            return view! { <p class="muted">"None yet: the gateway reports by webhooks."</p> }
                .into_any();
        }
        table_of(&told.data, &columns())
    };
    Some(once(ask, draw))
}

fn columns() -> Vec<Column<Receipt>> {
    vec![
        table::value("Event", |receipt: &Receipt| {
            let kind = receipt.event_type.clone().unwrap_or_default();
            Value::text(kind).hint(receipt.event_id.clone().unwrap_or_default())
        }),
        table::state("Result", |receipt: &Receipt| {
            let tone = match receipt.status {
                ReceiptStatus::Applied => Tone::Good,
                ReceiptStatus::Ignored => Tone::Neutral,
                ReceiptStatus::Received => Tone::Waiting,
                ReceiptStatus::Rejected | ReceiptStatus::Failed => Tone::Bad,
            };
            (receipt.status.as_str(), tone)
        }),
        table::maybe("Note", |receipt: &Receipt| receipt.note.clone()),
        table::moment("Received", |receipt: &Receipt| Some(receipt.received_at)),
    ]
}
