//! A box for a password, with a button that shows what is typed.

use super::{Icon, icon};
use leptos::{html, prelude::*};

/// The box. `fills` is what a password manager may fill in; `described` names what is said about it.
pub(crate) fn password_box(
    id: &'static str,
    node: NodeRef<html::Input>,
    fills: &'static str,
    described: impl Fn() -> Option<&'static str> + Send + 'static,
) -> AnyView {
    let shown = RwSignal::new(false);
    view! {
        <div class="amount"><input id=id node_ref=node type={move || if shown.get() { "text" } else { "password" }}
            autocomplete=fills autocapitalize="none" spellcheck="false" aria-describedby=described/>{peek(shown)}</div>
    }
    .into_any()
}

/// The button within it.
pub(crate) fn peek(shown: RwSignal<bool>) -> AnyView {
    view! {
        <button type="button" class="peek" aria-pressed={move || shown.get().to_string()} aria-label="Show the password"
            on:click=move |_| shown.update(|shown| *shown = !*shown)>
            {move || icon(if shown.get() { Icon::EyeOff } else { Icon::Eye })}</button>
    }
    .into_any()
}
