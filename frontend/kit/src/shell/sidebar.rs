//! The sidebar: the sections of the product, with the entries that the signed-in user may open.

use super::{Item, Section, Sections, layout::Menu};
use crate::{
    local_storage, session,
    ui::{Icon, button::icon_button, icon_view},
};
use leptos::prelude::*;

pub(super) fn sidebar(
    sections: Sections,
    home: &'static str,
    path: Memo<String>,
    menu: Menu,
) -> AnyView {
    let groups = sections
        .iter()
        .filter_map(|section| group(section, path))
        .collect_view();
    let fold = move || {
        menu.rail.update(|rail| *rail = !*rail);
        local_storage::set(
            "rail",
            if menu.rail.get_untracked() {
                "yes"
            } else {
                "no"
            },
        );
    };
    view! {
        <aside class="sidebar">
            <div class="brand"><a href=home><span class="brand-mark" aria-hidden="true"></span>
                <span class="brand-name">"eSIM Admin"</span></a>
                <span class="fold">{icon_button("Collapse the menu", Icon::PanelLeft, fold)}</span></div>
            <nav class="sections" aria-label="Main">{groups}</nav>
        </aside>
    }
    .into_any()
}

/// Draws a section with its entries; nothing if the user may open none.
fn group(section: &'static Section, path: Memo<String>) -> Option<AnyView> {
    let items: Vec<&Item> = section
        .items
        .iter()
        .filter(|item| untrack(|| session::can(item.needs)))
        .collect();
    if items.is_empty() {
        return None;
    }
    let key = format!("folded:{}", section.title);
    let folded = RwSignal::new(local_storage::get(&key).as_deref() == Some("yes"));
    let toggle = move |_| {
        folded.update(|folded| *folded = !*folded);
        local_storage::set(&key, if folded.get_untracked() { "yes" } else { "no" });
    };
    let links = items
        .into_iter()
        .map(|item| link(item, path))
        .collect_view();
    let view = view! {
        <section class="nav-group" class:folded={move || folded.get()}>
            <h2><button type="button" class="nav-title" aria-expanded={move || (!folded.get()).to_string()} on:click=toggle>
                <span>{section.title}</span>{icon_view(Icon::ChevronDown)}</button></h2>
            <ul>{links}</ul>
        </section>
    };
    Some(view.into_any())
}

fn link(item: &'static Item, path: Memo<String>) -> AnyView {
    let here = move || {
        path.with(|path| {
            path == item.path
                || path
                    .strip_prefix(item.path)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    view! {
        <li><a class="nav-link" href=item.path title=item.label aria-current={move || here().then_some("page")}>
            {icon_view(item.icon)}<span>{item.label}</span></a></li>
    }
    .into_any()
}
