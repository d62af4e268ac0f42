//! A timeline of events.

use super::{Tone, Value};
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The time.
    pub at: DateTime<Utc>,
    /// The event.
    pub what: String,
    /// The actor; `None` for the system.
    pub who: Option<String>,
    /// Further lines.
    pub more: Vec<String>,
    /// The tone.
    pub tone: Tone,
}

/// An event with a link to its record.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkedEvent {
    /// The event.
    pub event: Event,
    /// The address of the record, if there is one.
    pub href: Option<String>,
}

/// Draws the events in the given order.
pub fn timeline(events: Vec<Event>) -> AnyView {
    let linked = events
        .into_iter()
        .map(|event| LinkedEvent { event, href: None });
    linked_timeline(linked.collect())
}

/// Draws the events, each with a link to its record if there is one.
pub fn linked_timeline(events: Vec<LinkedEvent>) -> AnyView {
    if events.is_empty() {
        return view! { <p class="muted">"No events yet."</p> }.into_any();
    }
    view! { <ol class="timeline">{events.into_iter().map(item).collect_view()}</ol> }.into_any()
}

fn item(linked: LinkedEvent) -> AnyView {
    let LinkedEvent { event, href } = linked;
    let more = event
        .more
        .into_iter()
        .map(|line| view! { <p class="step-more">{line}</p> })
        .collect_view();
    let what = match href {
        Some(href) => view! { <a class="link" href=href>{event.what}</a> }.into_any(),
        None => event.what.into_any(),
    };
    view! {
        <li class="step" data-tone=event.tone.as_str()>
            <p class="step-what">{what}</p>
            {more}
            <p class="step-when">{event.who.unwrap_or_else(|| "System".to_owned())}" · "{Value::ago(event.at).view()}</p>
        </li>
    }
    .into_any()
}
