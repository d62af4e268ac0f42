//! The timeline of an order.

use kit::{
    api,
    page::load_on,
    task,
    ui::{Event, card, timeline},
};
use leptos::prelude::*;
use wire::{
    OrderId, Resource,
    billing::orders::{Order, Timeline, TimelineStep},
};

/// Draws the events, the oldest first. A change of `reload` reloads them.
pub fn timeline_card(id: OrderId, reload: RwSignal<u32>) -> AnyView {
    let fetch = move || {
        task(async move { api::get::<Timeline>(&format!("{}/{id}/timeline", Order::PATH)).await })
    };
    card(
        "Timeline",
        load_on(reload, fetch, |page: Timeline| {
            timeline(merge_repeated(page.data))
        }),
    )
}

/// Merges consecutive equal steps into one event with a count, such as one step for each eSIM of an order.
fn merge_repeated(steps: Vec<TimelineStep>) -> Vec<Event> {
    let mut merged: Vec<(TimelineStep, u32)> = Vec::new();
    for step in steps {
        match merged.last_mut() {
            Some((last, times)) if last.what == step.what && last.sentence == step.sentence => {
                (last.at, *times) = (step.at, times.saturating_add(1));
            }
            _ => merged.push((step, 1)),
        }
    }
    let events = merged.into_iter().map(|(step, times)| event(step, times));
    events.collect()
}

fn event(step: TimelineStep, times: u32) -> Event {
    let what = step.what;
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
