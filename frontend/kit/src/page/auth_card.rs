//! A page outside the shell: one card with one thing to do.

use leptos::prelude::*;

/// Draws it: what it is called, a line about it, and what is to be done.
pub fn auth_card(
    title: impl Into<String>,
    says: impl Into<String>,
    body: impl IntoView + 'static,
) -> AnyView {
    let (title, says): (String, String) = (title.into(), says.into());
    document().set_title(&format!("{title} · eSIM Admin"));
    view! {
        <main class="auth">
            <div class="auth-card">
                <span class="brand-mark large" aria-hidden="true"></span>
                <div><h1>{title}</h1><p class="muted">{says}</p></div>
                {body.into_any()}
            </div>
        </main>
    }
    .into_any()
}
