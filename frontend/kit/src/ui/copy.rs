//! Copying to the clipboard.

use super::{Icon, icon_view};
use crate::toast;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;

/// Draws a button that copies a text, named after what it copies.
pub fn copy_button(text: impl Into<String>, what: &str) -> AnyView {
    let text = StoredValue::new(text.into());
    let copied = RwSignal::new(false);
    let copy = move |event: leptos::ev::MouseEvent| {
        event.stop_propagation();
        event.prevent_default();
        leptos::task::spawn_local(async move {
            let Some(window) = web_sys::window() else {
                return;
            };
            if JsFuture::from(window.navigator().clipboard().write_text(&text.get_value()))
                .await
                .is_err()
            {
                return toast::bad("The browser did not allow copying.");
            }
            copied.set(true);
            let rest = move || {
                let _ = copied.try_set(false);
            };
            set_timeout(rest, Duration::from_millis(1500));
        });
    };
    view! {
        <button type="button" class="copy" class:done={move || copied.get()}
            aria-label=format!("Copy {what}") title="Copy" on:click=copy>
            {move || icon_view(if copied.get() { Icon::Check } else { Icon::Copy })}
        </button>
    }
    .into_any()
}

/// Draws a text of fixed width with a button that copies it.
pub fn copyable(text: impl Into<String>) -> AnyView {
    let text: String = text.into();
    view! { <span class="copyable"><code>{text.clone()}</code>{copy_button(text.clone(), &text)}</span> }.into_any()
}
