//! A page outside the shell, with one card.

use leptos::prelude::*;

/// Draws the page: its title, a line of text, and the content of the card.
pub fn auth_card(
    title: impl Into<String>,
    text: impl Into<String>,
    body: impl IntoView + 'static,
) -> AnyView {
    let (title, text): (String, String) = (title.into(), text.into());
    document().set_title(&format!("{title} · eSIM Admin"));
    view! {
        <main class="auth">
            <div class="auth-card">
                <span class="brand-mark large" aria-hidden="true"></span>
                <div><h1>{title}</h1><p class="muted">{text}</p></div>
                {body.into_any()}
            </div>
        </main>
    }
    .into_any()
}
