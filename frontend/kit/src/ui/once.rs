//! What is shown this once and never again: a window that stays until somebody says that they have kept it.

use super::{copy_button, modal::follow};
use leptos::{ev, html, prelude::*};

/// A secret that nobody can show again.
#[derive(Clone)]
pub struct Once {
    /// What it is and whose: `The key of Travel shop`.
    pub title: String,
    /// What to do with it.
    pub says: String,
    /// What it is called for who copies it: `key`.
    pub what: &'static str,
    /// The secret. It is kept nowhere but in this window.
    pub secret: String,
}

thread_local! { static SHOWN: ArcRwSignal<Option<Once>> = ArcRwSignal::new(None); }

/// Shows it.
pub fn show_once(once: Once) {
    SHOWN.with(Clone::clone).set(Some(once));
}

/// Where it appears. Stands once, in the shell.
pub(crate) fn shown_once() -> AnyView {
    let shown = SHOWN.with(Clone::clone);
    shown.set(None);
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    let watched = shown.clone();
    Effect::new(move |_| open.set(watched.with(Option::is_some)));
    let forget = shown.clone();
    // Escape is pressed too easily for what cannot be brought back.
    let stay = |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
        }
    };
    view! {
        <dialog class="modal" node_ref=node aria-labelledby="once" aria-describedby="once-says" on:keydown=stay
            on:close=move |_| forget.set(None)>
            {move || shown.get().map(|once| body(once, open))}
        </dialog>
    }
    .into_any()
}

fn body(once: Once, open: RwSignal<bool>) -> AnyView {
    let Once {
        title,
        says,
        what,
        secret,
    } = once;
    view! {
        <div class="window once">
            <h2 id="once">{title}</h2>
            <p class="banner" data-tone="waiting" id="once-says">{says}</p>
            <div class="once-secret"><code>{secret.clone()}</code>{copy_button(secret, what)}</div>
            <footer class="window-foot">
                <button type="button" class="btn primary" on:click=move |_| open.set(false)>"I have stored it"</button>
            </footer>
        </div>
    }
    .into_any()
}
