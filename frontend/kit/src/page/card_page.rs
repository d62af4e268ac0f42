//! A page of a few cards, one under the other.

use leptos::prelude::*;

/// Draws it: what it is called, a line about it, and its cards.
pub fn card_page(title: &'static str, says: &'static str, cards: Vec<AnyView>) -> AnyView {
    view! {
        <div class="page card-page">
            <header class="page-head"><div><h1>{title}</h1><p class="muted">{says}</p></div></header>
            <div class="main-col">{cards}</div>
        </div>
    }
    .into_any()
}
