//! Cards, and the list of facts that often fills them.

use super::Value;
use leptos::prelude::*;

/// Draws a titled card.
pub fn card(title: impl Into<String>, body: impl IntoView + 'static) -> AnyView {
    let title: String = title.into();
    view! { <section class="card"><h2>{title}</h2>{body.into_any()}</section> }.into_any()
}

/// Draws facts one under the other: name and value.
pub fn facts(all: Vec<(&'static str, Value)>) -> AnyView {
    let each = |(name, value): (&'static str, Value)| view! { <div class="fact"><dt>{name}</dt><dd>{value.view()}</dd></div> };
    view! { <dl class="facts">{all.into_iter().map(each).collect_view()}</dl> }.into_any()
}
