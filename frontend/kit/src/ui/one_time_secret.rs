//! A secret that is shown once: the dialog stays open until the user confirms that they have stored it.

use super::{copy_button, modal::follow};
use leptos::{ev, html, prelude::*};

/// A secret that cannot be shown again.
#[derive(Clone)]
pub struct OneTimeSecret {
    /// The title: `The key of Travel shop`.
    pub title: String,
    /// The instructions.
    pub text: String,
    /// The noun for the copy button: `key`.
    pub what: &'static str,
    /// The secret. Only this dialog holds it.
    pub secret: String,
}

thread_local! { static SHOWN: ArcRwSignal<Option<OneTimeSecret>> = ArcRwSignal::new(None); }

/// Opens the dialog.
pub fn show_one_time_secret(secret: OneTimeSecret) {
    SHOWN.with(Clone::clone).set(Some(secret));
}

/// Draws the dialog. The shell contains it once.
pub(crate) fn one_time_secret_dialog() -> AnyView {
    let shown = SHOWN.with(Clone::clone);
    shown.set(None);
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    let watched = shown.clone();
    Effect::new(move |_| open.set(watched.with(Option::is_some)));
    let forget = shown.clone();
    // Escape does not close the dialog, because the secret cannot be shown again.
    let stay = |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
        }
    };
    view! {
        <dialog class="modal" node_ref=node aria-labelledby="one-time-secret" aria-describedby="one-time-secret-text" on:keydown=stay
            on:close=move |_| forget.set(None)>
            {move || shown.get().map(|secret| body(secret, open))}
        </dialog>
    }
    .into_any()
}

fn body(secret: OneTimeSecret, open: RwSignal<bool>) -> AnyView {
    let OneTimeSecret {
        title,
        text,
        what,
        secret,
    } = secret;
    view! {
        <div class="window one-time-secret">
            <h2 id="one-time-secret">{title}</h2>
            <p class="banner" data-tone="waiting" id="one-time-secret-text">{text}</p>
            <div class="one-time-secret-value"><code>{secret.clone()}</code>{copy_button(secret, what)}</div>
            <footer class="window-foot">
                <button type="button" class="btn primary" on:click=move |_| open.set(false)>"I have stored it"</button>
            </footer>
        </div>
    }
    .into_any()
}
