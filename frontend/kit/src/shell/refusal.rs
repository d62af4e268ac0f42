//! Screens for an address that leads nowhere, or nowhere for you.

use crate::ui::{Icon, Look, empty, link_button};
use leptos::prelude::*;

fn page(sign: Icon, title: &'static str, hint: &'static str, home: &'static str) -> AnyView {
    let back = link_button("Go to the start", Look::Plain, None, home);
    view! { <div class="page"><h1 class="sr-only">{title}</h1><div class="card">
    {empty(sign, title, hint, Some(back))}</div></div> }
    .into_any()
}

pub(super) fn not_found(home: &'static str) -> AnyView {
    page(
        Icon::Search,
        "Nothing is here",
        "The address may be mistyped, or what it named is gone.",
        home,
    )
}

pub(super) fn forbidden(home: &'static str) -> AnyView {
    page(
        Icon::Lock,
        "This is not for your role",
        "Ask an administrator if you need it.",
        home,
    )
}
