//! The history of a ticket.

use kit::{
    api,
    page::load_on,
    task,
    ui::{Event, card, timeline},
};
use leptos::prelude::*;
use wire::{
    Resource, TicketId,
    support::tickets::{Ticket, TicketHistory},
};

/// Draws the events, the oldest first.
pub fn history(id: TicketId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/history", Ticket::PATH);
        task(async move { api::get::<TicketHistory>(&path).await })
    };
    card(
        "History",
        load_on(reload, fetch, |history: TicketHistory| {
            let steps = history.data.into_iter().map(|step| Event {
                at: step.at,
                what: step.what,
                who: step.actor,
                more: vec![step.sentence],
                tone: step.tone.into(),
            });
            timeline(steps.collect())
        }),
    )
}
