//! What happened to an order, step by step.

use kit::{
    api,
    format::sentence,
    page::loaded,
    task,
    ui::{Event, card, timeline},
};
use leptos::prelude::*;
use wire::{
    OrderId, Resource,
    billing::orders::{Order, Step, Timeline},
};

/// Draws the steps, the oldest first; `again` asks once more.
pub fn steps(id: OrderId, again: RwSignal<u32>) -> AnyView {
    let ask = move || {
        task(async move { api::get::<Timeline>(&format!("{}/{id}/timeline", Order::PATH)).await })
    };
    card(
        "Timeline",
        loaded(again, ask, |told: Timeline| {
            timeline(told.data.into_iter().map(event).collect())
        }),
    )
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
