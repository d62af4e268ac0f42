//! A password input with a button that shows the typed text.

use super::{Icon, icon_view};
use leptos::{html, prelude::*};

/// Draws the input. `fills` is the autocomplete value for password managers; `described` names the element that
/// describes the input.
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

/// Draws the button inside the input.
pub(crate) fn peek(shown: RwSignal<bool>) -> AnyView {
    view! {
        <button type="button" class="peek" aria-pressed={move || shown.get().to_string()} aria-label="Show the password"
            on:click=move |_| shown.update(|shown| *shown = !*shown)>
            {move || icon_view(if shown.get() { Icon::EyeOff } else { Icon::Eye })}</button>
    }
    .into_any()
}
