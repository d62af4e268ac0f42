//! A page of a few cards, one under the other.

use leptos::prelude::*;

/// Draws the page: its title, a line of text, and the cards.
pub fn card_page(title: &'static str, text: &'static str, cards: Vec<AnyView>) -> AnyView {
    view! {
        <div class="page card-page">
            <header class="page-head"><div><h1>{title}</h1><p class="muted">{text}</p></div></header>
            <div class="main-col">{cards}</div>
        </div>
    }
    .into_any()
}
