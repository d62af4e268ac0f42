//! A menu of acts behind one button.

use super::{Icon, icon, popover::Popover};
use leptos::{ev::KeyboardEvent, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// What an entry does.
#[derive(Clone)]
pub enum Does {
    /// It leads somewhere.
    Link(String),
    /// It acts.
    Run(Arc<dyn Fn() + Send + Sync>),
}

/// An entry of a menu.
#[derive(Clone)]
pub struct Entry {
    /// What it says.
    pub label: String,
    /// Its icon.
    pub sign: Option<Icon>,
    /// Whether it takes something away.
    pub danger: bool,
    /// What it does.
    pub does: Does,
}

/// A button with a menu under it.
pub fn menu(
    name: impl Into<String>,
    class: &'static str,
    button: impl Fn() -> AnyView + Send + Sync + 'static,
    entries: Vec<Entry>,
) -> AnyView {
    let entries = Arc::new(entries);
    let panel = move |open: RwSignal<bool>| {
        let all = entries
            .iter()
            .cloned()
            .map(|entry| one(entry, open))
            .collect_view();
        view! { <div class="menu" on:keydown=walk>{all}</div> }.into_any()
    };
    let (button, panel) = (Arc::new(button), Arc::new(panel));
    Popover {
        name: Some(name.into()),
        class,
        to_left: true,
        role: "menu",
        button,
        panel,
    }
    .view()
}

fn one(entry: Entry, open: RwSignal<bool>) -> AnyView {
    let tone = entry.danger.then_some("bad");
    let body = view! { {entry.sign.map(icon)}<span>{entry.label}</span> };
    match entry.does {
        Does::Link(href) => view! { <a class="menu-item" role="menuitem" href=href data-tone=tone
        on:click=move |_| open.set(false)>{body}</a> }
        .into_any(),
        Does::Run(run) => {
            let act = move |_| {
                open.set(false);
                run();
            };
            view! { <button type="button" class="menu-item" role="menuitem" data-tone=tone on:click=act>
                {body}</button> }.into_any()
        }
    }
}

/// Moves the focus among the entries, as is expected of menus.
fn walk(event: KeyboardEvent) {
    let Some(list) = event
        .current_target()
        .and_then(|list| list.dyn_into::<web_sys::Element>().ok())
    else {
        return;
    };
    let Ok(items) = list.query_selector_all("[role^=menuitem]") else {
        return;
    };
    let count = items.length();
    let active = document().active_element();
    let at = (0..count).find(|&place| {
        items.get(place).is_some_and(|item| {
            active
                .as_ref()
                .is_some_and(|active| active.is_same_node(Some(&item)))
        })
    });
    let next = match event.key().as_str() {
        "ArrowDown" => at.map_or(0, |at| (at + 1) % count.max(1)),
        "ArrowUp" => at.map_or(0, |at| (at + count - 1) % count.max(1)),
        "Home" => 0,
        "End" => count.saturating_sub(1),
        _ => return,
    };
    event.prevent_default();
    if let Some(item) = items
        .get(next)
        .and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = item.focus();
    }
}
