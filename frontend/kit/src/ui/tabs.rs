//! Tabs: one of several views of the same thing.

use leptos::{ev::KeyboardEvent, prelude::*};
use std::sync::Arc;

/// A tab: its name and its view.
pub type Tab = (&'static str, Arc<dyn Fn() -> AnyView + Send + Sync>);

/// Draws tabs; arrow keys move between them, as is expected of tabs.
pub fn tabs(name: &'static str, all: Vec<Tab>) -> AnyView {
    let at = RwSignal::new(0_usize);
    let stem = crate::chance::element_id("tab");
    let count = all.len().max(1);
    let bar = StoredValue::new(stem.clone());
    let step = move |event: KeyboardEvent| {
        let next = match event.key().as_str() {
            "ArrowRight" => (at.get_untracked() + 1) % count,
            "ArrowLeft" => (at.get_untracked() + count - 1) % count,
            _ => return,
        };
        event.prevent_default();
        at.set(next);
        crate::dom::focus(&format!("{}-{next}", bar.get_value()));
    };
    let heads = all.iter().enumerate().map(|(place, (label, _))| {
        let chosen = move || at.get() == place;
        view! {
            <button type="button" role="tab" class="tab" id=format!("{stem}-{place}") aria-selected={move || chosen().to_string()}
                tabindex={move || if chosen() { "0" } else { "-1" }} on:click=move |_| at.set(place)>{*label}</button>
        }
    });
    let heads = heads.collect_view();
    view! {
        <div class="tabs" role="tablist" aria-label=name on:keydown=step>{heads}</div>
        <div role="tabpanel" aria-label=name>{move || all.get(at.get()).map(|(_, view)| view())}</div>
    }
    .into_any()
}
