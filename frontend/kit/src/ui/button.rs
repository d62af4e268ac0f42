//! Buttons, and links that look like them.

use super::icon::{Icon, icon_view};
use leptos::prelude::*;

/// The prominence of a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ButtonVariant {
    /// The main action of the page.
    Primary,
    /// One of several actions.
    Plain,
    /// An action of little importance.
    Quiet,
    /// An action that removes something.
    Danger,
}

impl ButtonVariant {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn primary",
            Self::Plain => "btn",
            Self::Quiet => "btn quiet",
            Self::Danger => "btn danger",
        }
    }
}

/// Draws a button that runs an action.
pub fn button(
    label: impl Into<String>,
    variant: ButtonVariant,
    icon: Option<Icon>,
    run: impl Fn() + 'static,
) -> AnyView {
    let label: String = label.into();
    view! { <button type="button" class=variant.class() on:click=move |_| run()>{icon.map(icon_view)}<span>
    {label}</span></button> }
    .into_any()
}

/// Draws a link that looks like a button.
pub fn link_button(
    label: impl Into<String>,
    variant: ButtonVariant,
    icon: Option<Icon>,
    href: impl Into<String>,
) -> AnyView {
    let (label, href): (String, String) = (label.into(), href.into());
    view! { <a class=variant.class() href=href>{icon.map(icon_view)}<span>{label}</span></a> }
        .into_any()
}

/// Draws a link out of the panel that opens in a new tab. The target site receives no referrer.
pub fn external_link(label: impl Into<String>, href: impl Into<String>) -> AnyView {
    let (label, href): (String, String) = (label.into(), href.into());
    view! {
        <a class="btn" href=href target="_blank" rel="noopener noreferrer"><span>{label}</span>{icon_view(Icon::ExternalLink)}</a>
    }
    .into_any()
}

/// Draws a button with an icon only; screen readers read the name, and the browser shows it on hover.
pub(crate) fn icon_button(
    name: impl Into<String>,
    icon: Icon,
    run: impl Fn() + 'static,
) -> AnyView {
    let name: String = name.into();
    view! { <button type="button" class="btn quiet icon-only" aria-label=name.clone() title=name
    on:click=move |_| run()>{icon_view(icon)}</button> }
    .into_any()
}
