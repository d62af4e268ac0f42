//! The top bar: breadcrumbs, search, help, and the account menu.

use super::{
    Sections,
    crumbs::crumbs,
    layout::{Helpers, Menu},
};
use crate::{
    format, session,
    theme::{self, Theme},
    ui::{Icon, button::icon_button, icon_view, popover::Popover},
};
use leptos::prelude::*;
use std::sync::Arc;

/// The address of the user's own account.
const ACCOUNT: &str = "/account";

pub(super) fn topbar(
    sections: Sections,
    path: Memo<String>,
    menu: Menu,
    helpers: Helpers,
) -> AnyView {
    view! {
        <header class="topbar">
            <button type="button" class="btn quiet icon-only nav-toggle" aria-label="Menu"
                aria-expanded={move || menu.drawer.get().to_string()}
                on:click=move |_| menu.drawer.update(|open| *open = !*open)>{icon_view(Icon::Menu)}</button>
            {crumbs(sections, path)}
            <div class="spacer"></div>
            {finder(helpers)}
            <span class="wide-only">{icon_button("Keyboard shortcuts (?)", Icon::Keyboard, move || helpers.helping.set(true))}</span>
            {account()}
        </header>
    }
    .into_any()
}

/// Draws the button that opens the palette, for users who do not know its shortcut.
fn finder(helpers: Helpers) -> AnyView {
    let platform = window().navigator().platform().unwrap_or_default();
    let key = if platform.starts_with("Mac") || platform.starts_with("iP") {
        "⌘K"
    } else {
        "Ctrl K"
    };
    view! {
        <button type="button" class="palette-button" title="Search and commands" aria-haspopup="dialog"
            aria-keyshortcuts="Control+K Meta+K" on:click=move |_| helpers.finder.show()>
            {icon_view(Icon::Search)}<span>"Search"</span><kbd aria-hidden="true">{key}</kbd></button>
    }
    .into_any()
}

fn account() -> AnyView {
    let name = || {
        session::user()
            .map(|user| user.full_name())
            .unwrap_or_default()
    };
    let button = move || {
        view! { <span class="avatar" aria-hidden="true">{format::initials(&name())}</span> }
            .into_any()
    };
    let panel = move |open: RwSignal<bool>| {
        let user = session::user();
        let (email, role) = user
            .as_ref()
            .map(|user| (user.email.clone(), format::sentence(user.role.as_str())))
            .unwrap_or_default();
        let leave = move |_| {
            open.set(false);
            leptos::task::spawn_local(session::sign_out());
        };
        view! {
            <div class="menu">
                <div class="menu-head"><strong>{name()}</strong><span class="muted">{email}</span>
                    <span class="muted">{role}</span></div>
                <div class="menu-themes" role="group" aria-label="Theme">{Theme::ALL.map(theme_button).collect_view()}</div>
                <a class="menu-item" href=ACCOUNT on:click=move |_| open.set(false)>{icon_view(Icon::User)}
                    <span>"Your account"</span></a>
                <button type="button" class="menu-item" on:click=leave>{icon_view(Icon::LogOut)}<span>"Sign out"</span></button>
            </div>
        }
        .into_any()
    };
    Popover {
        name: Some(untrack(|| {
            format!("{} · account of {}", format::initials(&name()), name())
        })),
        class: "account",
        to_left: true,
        role: "dialog",
        button: Arc::new(button),
        panel: Arc::new(panel),
    }
    .view()
}

fn theme_button(theme: Theme) -> AnyView {
    let (icon, label) = match theme {
        Theme::System => (Icon::Monitor, "System"),
        Theme::Light => (Icon::Sun, "Light"),
        Theme::Dark => (Icon::Moon, "Dark"),
    };
    view! { <button type="button" class="theme" aria-pressed={move || (theme::current() == theme).to_string()}
        on:click=move |_| theme::choose(theme)>{icon_view(icon)}<span>{label}</span></button> }
        .into_any()
}
