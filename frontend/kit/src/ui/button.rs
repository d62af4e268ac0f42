//! Buttons, and links that look like them.

use super::icon::{Icon, icon};
use leptos::prelude::*;

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The one thing to do here.
    Primary,
    /// One of several.
    Plain,
    /// Hardly any.
    Quiet,
    /// It takes something away.
    Danger,
}

impl Look {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn primary",
            Self::Plain => "btn",
            Self::Quiet => "btn quiet",
            Self::Danger => "btn danger",
        }
    }
}

/// A button that acts.
pub fn button(
    label: impl Into<String>,
    look: Look,
    sign: Option<Icon>,
    run: impl Fn() + 'static,
) -> AnyView {
    let label: String = label.into();
    view! { <button type="button" class=look.class() on:click=move |_| run()>{sign.map(icon)}<span>
    {label}</span></button> }
    .into_any()
}

/// A link that stands among buttons.
pub fn link_button(
    label: impl Into<String>,
    look: Look,
    sign: Option<Icon>,
    href: impl Into<String>,
) -> AnyView {
    let (label, href): (String, String) = (label.into(), href.into());
    view! { <a class=look.class() href=href>{sign.map(icon)}<span>{label}</span></a> }.into_any()
}

/// A link out of the panel, in a tab of its own; where it leads learns nothing of where it stood.
pub fn outside(label: impl Into<String>, href: impl Into<String>) -> AnyView {
    let (label, href): (String, String) = (label.into(), href.into());
    view! {
        <a class="btn" href=href target="_blank" rel="noopener noreferrer"><span>{label}</span>{icon(Icon::ExternalLink)}</a>
    }
    .into_any()
}

/// A button that is an icon only; the name is read aloud and shown on hover.
pub(crate) fn icon_button(
    name: impl Into<String>,
    sign: Icon,
    run: impl Fn() + 'static,
) -> AnyView {
    let name: String = name.into();
    view! { <button type="button" class="btn quiet icon-only" aria-label=name.clone() title=name
    on:click=move |_| run()>{icon(sign)}</button> }
    .into_any()
}
