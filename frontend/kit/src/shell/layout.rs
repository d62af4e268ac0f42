//! The shell: sidebar, top bar, and the screen of the address.

use super::{
    Sections, crumbs, error_pages, help, palette,
    palette::{Palette, remember},
    screens, sidebar, topbar,
};
use crate::{local_storage, on_key, route, session};
use leptos::prelude::*;

/// The state of the sidebar.
#[derive(Clone, Copy)]
pub(super) struct Menu {
    /// Open above the page, on a narrow screen.
    pub drawer: RwSignal<bool>,
    /// Icons only, on a wide screen.
    pub rail: RwSignal<bool>,
}

/// The dialogs that the top bar opens.
#[derive(Clone, Copy)]
pub(super) struct Helpers {
    pub helping: RwSignal<bool>,
    pub finder: Palette,
}

pub(super) fn layout(
    sections: Sections,
    home: &'static str,
    path: Memo<String>,
    notice: fn() -> AnyView,
) -> AnyView {
    let menu = Menu {
        drawer: RwSignal::new(false),
        rail: RwSignal::new(local_storage::get("rail").as_deref() == Some("yes")),
    };
    let helping = RwSignal::new(false);
    on_key("?", "Keyboard shortcuts", move || helping.set(true));
    let finder = Palette::new(sections, path);
    crumbs::follow(sections, path);
    Effect::new(move |_| remember(&path.get()));
    crate::table::begin();
    on_cleanup(crate::table::forget);
    Effect::new(move |before: Option<()>| {
        path.track();
        menu.drawer.set(false);
        if before.is_some() {
            on_navigate();
        }
    });
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <div class="shell" class:rail={move || menu.rail.get()} class:drawer-open={move || menu.drawer.get()}>
            {sidebar::sidebar(sections, home, path, menu)}
            <div class="scrim" on:click=move |_| menu.drawer.set(false)></div>
            <div class="shell-body">
                {topbar::topbar(sections, path, menu, Helpers { helping, finder })}
                {untrack(notice)}
                <main id="main" tabindex="-1">{move || screen(sections, home, &path.get())}</main>
            </div>
        </div>
        {help::help(helping)}
        {palette::palette(finder)}
    }
    .into_any()
}

/// Draws the screen of an address, or an error page.
fn screen(sections: Sections, home: &'static str, path: &str) -> AnyView {
    let Some((screen, params)) = route::find(screens(sections), path) else {
        return error_pages::not_found(home);
    };
    // Untracked: another user gets a new shell.
    if !untrack(|| session::can(screen.needs)) {
        return error_pages::forbidden(home);
    }
    untrack(|| (screen.view)(&params)).unwrap_or_else(|| error_pages::not_found(home))
}

/// Scrolls to the top and focuses the content, so that screen readers continue there.
fn on_navigate() {
    window().scroll_to_with_x_and_y(0.0, 0.0);
    let busy = document()
        .active_element()
        .is_some_and(|element| element.closest("main").ok().flatten().is_some());
    if !busy {
        crate::dom::focus("main");
    }
}
