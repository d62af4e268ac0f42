//! Placeholders for content that is loading.

use leptos::prelude::*;

/// Draws lines of text.
pub fn lines(count: usize) -> AnyView {
    let each = |_| view! { <span class="sk"></span> };
    view! { <div class="sk-lines" aria-hidden="true">{(0..count).map(each).collect_view()}</div> }
        .into_any()
}

/// Draws an image.
pub fn block() -> AnyView {
    view! { <span class="sk block" aria-hidden="true"></span> }.into_any()
}

/// Draws a whole page; screen readers announce that it is loading.
pub fn page() -> AnyView {
    view! {
        <div class="sk-page" role="status">
            <h1 class="sr-only">"Loading…"</h1>
            <span class="sk tall"></span>
            <div class="split"><div class="card">{lines(6)}</div><div class="card">{lines(4)}</div></div>
        </div>
    }
    .into_any()
}
