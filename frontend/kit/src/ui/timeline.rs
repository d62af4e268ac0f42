//! What happened, step by step: the spine of a detail page.

use super::{Tone, Value};
use chrono::{DateTime, Utc};
use leptos::prelude::*;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// What happened.
    pub what: String,
    /// Who did it; nobody is the system.
    pub who: Option<String>,
    /// What is more to say, line by line.
    pub more: Vec<String>,
    /// Whether it is good.
    pub tone: Tone,
}

/// Draws the steps in the order they are given.
pub fn timeline(events: Vec<Event>) -> AnyView {
    leading(events.into_iter().map(|event| (event, None)).collect())
}

/// The same, each step leading to the record that it left, if there is one.
pub fn leading(events: Vec<(Event, Option<String>)>) -> AnyView {
    if events.is_empty() {
        return view! { <p class="muted">"Nothing has happened yet."</p> }.into_any();
    }
    view! { <ol class="timeline">{events.into_iter().map(step).collect_view()}</ol> }.into_any()
}

fn step((event, href): (Event, Option<String>)) -> AnyView {
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
        <li class="step" data-tone=event.tone.word()>
            <p class="step-what">{what}</p>
            {more}
            <p class="step-when">{event.who.unwrap_or_else(|| "System".to_owned())}" · "{Value::ago(event.at).view()}</p>
        </li>
    }
    .into_any()
}
