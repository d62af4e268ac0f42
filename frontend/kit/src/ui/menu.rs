//! A menu of actions behind one button.

use super::{Icon, icon_view, popover::Popover};
use leptos::{ev::KeyboardEvent, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// The effect of an entry.
#[derive(Clone)]
pub enum EntryAction {
    /// Opens an address.
    Link(String),
    /// Runs an action.
    Run(Arc<dyn Fn() + Send + Sync>),
}

/// An entry of a menu.
#[derive(Clone)]
pub struct Entry {
    /// The label.
    pub label: String,
    /// The icon.
    pub icon: Option<Icon>,
    /// Whether the action removes something.
    pub danger: bool,
    /// The effect.
    pub action: EntryAction,
}

/// Draws a button with a menu under it.
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
    let body = view! { {entry.icon.map(icon_view)}<span>{entry.label}</span> };
    match entry.action {
        EntryAction::Link(href) => {
            view! { <a class="menu-item" role="menuitem" href=href data-tone=tone
            on:click=move |_| open.set(false)>{body}</a> }
            .into_any()
        }
        EntryAction::Run(run) => {
            let action = move |_| {
                open.set(false);
                run();
            };
            view! { <button type="button" class="menu-item" role="menuitem" data-tone=tone on:click=action>
                {body}</button> }.into_any()
        }
    }
}

/// Moves the focus among the entries with the arrow keys.
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
    let at = (0..count).find(|&index| {
        items.get(index).is_some_and(|item| {
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
