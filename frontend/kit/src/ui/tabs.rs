//! Tabs: one of several views of the same thing.

use crate::{api, route};
use leptos::{ev::KeyboardEvent, prelude::*};
use leptos_router::hooks::use_location;
use std::sync::Arc;

/// A tab: its name and its view.
pub type Tab = (&'static str, Arc<dyn Fn() -> AnyView + Send + Sync>);

/// A tab that has an address: its word there, its name and its view.
pub type Place = (
    &'static str,
    &'static str,
    Arc<dyn Fn() -> AnyView + Send + Sync>,
);

/// Draws tabs; arrow keys move between them, as is expected of tabs.
pub fn tabs(name: &'static str, all: Vec<Tab>) -> AnyView {
    let at = RwSignal::new(0_usize);
    bar(name, at.into(), Arc::new(move |place| at.set(place)), all)
}

/// The same, with the chosen one in the address under this key. The first one is chosen where the address says
/// nothing.
pub fn places(name: &'static str, key: &'static str, all: Vec<Place>) -> AnyView {
    let words: Vec<&'static str> = all.iter().map(|(word, ..)| *word).collect();
    let (location, known) = (use_location(), words.clone());
    let (query, home) = (route::use_query(), location.pathname.get_untracked());
    let (path, own) = (location.pathname, home.clone());
    // On its way out the page still hears of the next address, which is not its own.
    let at = Memo::new(move |before: Option<&usize>| {
        if path.with(|path| *path != own) {
            return before.copied().unwrap_or_default();
        }
        let word = query.with(|query| query.get(key)).unwrap_or_default();
        known.iter().position(|known| *known == word).unwrap_or(0)
    });
    let choose = move |place: usize| {
        let word = words.get(place).copied().unwrap_or_default();
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
    let stem = crate::chance::element_id("tab");
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
    let heads = all.iter().enumerate().map(|(place, (label, _))| {
        let chosen = move || at.get() == place;
        let choose = Arc::clone(&choose);
        view! {
            <button type="button" role="tab" class="tab" id=format!("{stem}-{place}") aria-selected={move || chosen().to_string()}
                aria-controls=panel.clone() tabindex={move || if chosen() { "0" } else { "-1" }}
                on:click=move |_| choose(place)>{*label}</button>
        }
    });
    let heads = heads.collect_view();
    let labelled = move || format!("{}-{}", bar.get_value(), at.get());
    view! {
        <div class="tabs" role="tablist" aria-label=name on:keydown=step>{heads}</div>
        <div role="tabpanel" id=panel aria-labelledby=labelled>{move || all.get(at.get()).map(|(_, view)| view())}</div>
    }
    .into_any()
}
