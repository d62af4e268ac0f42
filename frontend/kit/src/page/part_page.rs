//! A page of a few parts, each a card with its description beside it.

use leptos::prelude::*;

/// A part of the page.
pub struct Part {
    /// The title.
    pub title: &'static str,
    /// The description.
    pub hint: &'static str,
    /// The content.
    pub body: AnyView,
}

/// Draws the page: its title, a line of text, and its parts.
pub fn part_page(title: &'static str, text: &'static str, parts: Vec<Part>) -> AnyView {
    let one = |part: Part| {
        view! {
            <section class="card form-section"><div class="form-about"><h2>{part.title}</h2><p class="muted">{part.hint}</p></div>
                <div class="part">{part.body}</div></section>
        }
    };
    view! {
        <div class="page part-page">
            <header class="page-head"><div><h1>{title}</h1><p class="muted">{text}</p></div></header>
            {parts.into_iter().map(one).collect_view()}
        </div>
    }
    .into_any()
}
