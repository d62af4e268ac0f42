//! A page of a few parts, each a card with what it is about beside it.

use leptos::prelude::*;

/// A part: what it is called, a line about it, and what is in it.
pub struct Part {
    /// What it is called.
    pub title: &'static str,
    /// What it is about.
    pub hint: &'static str,
    /// What is in it.
    pub body: AnyView,
}

/// Draws it: what the page is called, a line about it, and its parts.
pub fn part_page(title: &'static str, says: &'static str, parts: Vec<Part>) -> AnyView {
    let one = |part: Part| {
        view! {
            <section class="card form-section"><div class="form-about"><h2>{part.title}</h2><p class="muted">{part.hint}</p></div>
                <div class="part">{part.body}</div></section>
        }
    };
    view! {
        <div class="page part-page">
            <header class="page-head"><div><h1>{title}</h1><p class="muted">{says}</p></div></header>
            {parts.into_iter().map(one).collect_view()}
        </div>
    }
    .into_any()
}
