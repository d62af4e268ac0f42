//! The shell: menu, bar, and the screen of the address.

use super::{
    Sections, crumbs, help, palette,
    palette::{Palette, remember},
    refusal, screens, sidebar, topbar,
};
use crate::{memory, on_key, route, session};
use leptos::prelude::*;

/// How the menu stands.
#[derive(Clone, Copy)]
pub(super) struct Menu {
    /// Open above the page, on a small screen.
    pub drawer: RwSignal<bool>,
    /// Only icons, on a large one.
    pub rail: RwSignal<bool>,
}

/// What the bar on top opens.
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
        rail: RwSignal::new(memory::recall("rail").as_deref() == Some("yes")),
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
            arrive();
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

/// The screen of an address, for who may see it.
fn screen(sections: Sections, home: &'static str, path: &str) -> AnyView {
    let Some((screen, params)) = route::find(screens(sections), path) else {
        return refusal::not_found(home);
    };
    // Untracked: who signs in as somebody else gets a new shell anyway.
    if !untrack(|| session::can(screen.needs)) {
        return refusal::forbidden(home);
    }
    untrack(|| (screen.view)(&params)).unwrap_or_else(|| refusal::not_found(home))
}

/// A new screen begins at its top, and is where a screen reader goes on.
fn arrive() {
    window().scroll_to_with_x_and_y(0.0, 0.0);
    let busy = document()
        .active_element()
        .is_some_and(|element| element.closest("main").ok().flatten().is_some());
    if !busy {
        crate::dom::focus("main");
    }
}
