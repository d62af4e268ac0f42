//! The pages for an unknown address and for a missing permission.

use crate::ui::{ButtonVariant, Icon, empty, link_button};
use leptos::prelude::*;

fn page(icon: Icon, title: &'static str, hint: &'static str, home: &'static str) -> AnyView {
    let back = link_button("Home", ButtonVariant::Plain, None, home);
    view! { <div class="page"><h1 class="sr-only">{title}</h1><div class="card">
    {empty(icon, title, hint, Some(back))}</div></div> }
    .into_any()
}

pub(super) fn not_found(home: &'static str) -> AnyView {
    page(
        Icon::Search,
        "Page not found",
        "The address may be mistyped, or the record was removed.",
        home,
    )
}

pub(super) fn forbidden(home: &'static str) -> AnyView {
    page(
        Icon::Lock,
        "You don't have access",
        "Ask an administrator if you need access.",
        home,
    )
}
