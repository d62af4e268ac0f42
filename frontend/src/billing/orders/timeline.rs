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
        loaded(again, ask, |told: Timeline| timeline(folded(told.data))),
    )
}

/// The same step several times in a row, as for each eSIM of an order, is told once.
fn folded(steps: Vec<Step>) -> Vec<Event> {
    let mut told: Vec<(Step, u32)> = Vec::new();
    for step in steps {
        match told.last_mut() {
            Some((last, times)) if last.what == step.what && last.sentence == step.sentence => {
                (last.at, *times) = (step.at, times.saturating_add(1));
            }
            _ => told.push((step, 1)),
        }
    }
    told.into_iter().map(event).collect()
}

fn event((step, times): (Step, u32)) -> Event {
    let what = sentence(&step.what);
    Event {
        at: step.at,
        what: if times > 1 {
            format!("{what}, {times} times")
        } else {
            what
        },
        who: step.actor,
        more: vec![step.sentence],
        tone: step.tone.into(),
    }
}
