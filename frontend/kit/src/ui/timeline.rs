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
    if events.is_empty() {
        return view! { <p class="muted">"Nothing has happened yet."</p> }.into_any();
    }
    view! { <ol class="timeline">{events.into_iter().map(step).collect_view()}</ol> }.into_any()
}

fn step(event: Event) -> AnyView {
    let more = event
        .more
        .into_iter()
        .map(|line| view! { <p class="step-more">{line}</p> })
        .collect_view();
    view! {
        <li class="step" data-tone=event.tone.word()>
            <p class="step-what">{event.what}</p>
            {more}
            <p class="step-when">{event.who.unwrap_or_else(|| "System".to_owned())}" · "{Value::ago(event.at).view()}</p>
        </li>
    }
    .into_any()
}
