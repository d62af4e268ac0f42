//! Tabs: several views of the same record.

use crate::{api, route};
use leptos::{ev::KeyboardEvent, prelude::*};
use leptos_router::hooks::use_location;
use std::sync::Arc;

/// The name of a tab and its view.
pub type Tab = (&'static str, Arc<dyn Fn() -> AnyView + Send + Sync>);

/// The value of a tab in the address, its name and its view.
pub type LinkedTab = (
    &'static str,
    &'static str,
    Arc<dyn Fn() -> AnyView + Send + Sync>,
);

/// Draws tabs; the arrow keys move between them.
pub fn tabs(name: &'static str, all: Vec<Tab>) -> AnyView {
    let at = RwSignal::new(0_usize);
    bar(name, at.into(), Arc::new(move |index| at.set(index)), all)
}

/// Draws tabs whose choice is a parameter of the address. The first tab is the default.
pub fn linked_tabs(name: &'static str, key: &'static str, all: Vec<LinkedTab>) -> AnyView {
    let words: Vec<&'static str> = all.iter().map(|(word, ..)| *word).collect();
    let (location, known) = (use_location(), words.clone());
    let (query, home) = (route::use_query(), location.pathname.get_untracked());
    let (path, own) = (location.pathname, home.clone());
    // While the page is being removed, it still sees the next address, which is not its own.
    let at = Memo::new(move |before: Option<&usize>| {
        if path.with(|path| *path != own) {
            return before.copied().unwrap_or_default();
        }
        let word = query.with(|query| query.get(key)).unwrap_or_default();
        known.iter().position(|known| *known == word).unwrap_or(0)
    });
    let choose = move |index: usize| {
        let word = words.get(index).copied().unwrap_or_default();
        let pairs: Vec<(&'static str, String)> = (!word.is_empty())
            .then(|| (key, word.to_owned()))
            .into_iter()
            .collect();
        route::go(&api::with_query(&home, &pairs));
    };
    let all = all.into_iter().map(|(_, label, view)| (label, view));
    bar(name, at.into(), Arc::new(choose), all.collect())
}

type Choose = Arc<dyn Fn(usize) + Send + Sync>;

fn bar(name: &'static str, at: Signal<usize>, choose: Choose, all: Vec<Tab>) -> AnyView {
    let stem = crate::ids::element_id("tab");
    let count = all.len().max(1);
    let (bar, pick) = (StoredValue::new(stem.clone()), Arc::clone(&choose));
    let step = move |event: KeyboardEvent| {
        let next = match event.key().as_str() {
            "ArrowRight" => (at.get_untracked() + 1) % count,
            "ArrowLeft" => (at.get_untracked() + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        pick(next);
        crate::dom::focus(&format!("{}-{next}", bar.get_value()));
    };
    let panel = format!("{stem}-panel");
    let headers = all.iter().enumerate().map(|(index, (label, _))| {
        let chosen = move || at.get() == index;
        let choose = Arc::clone(&choose);
        view! {
            <button type="button" role="tab" class="tab" id=format!("{stem}-{index}") aria-selected={move || chosen().to_string()}
                aria-controls=panel.clone() tabindex={move || if chosen() { "0" } else { "-1" }}
                on:click=move |_| choose(index)>{*label}</button>
        }
    });
    let headers = headers.collect_view();
    let labelled = move || format!("{}-{}", bar.get_value(), at.get());
    view! {
        <div class="tabs" role="tablist" aria-label=name on:keydown=step>{headers}</div>
        <div role="tabpanel" id=panel aria-labelledby=labelled>{move || all.get(at.get()).map(|(_, view)| view())}</div>
    }
    .into_any()
}
