//! A combobox: a text input with a list under it, fully usable with the keyboard.

use super::source::{Choice, Source};
use crate::{
    api::ApiError,
    ids,
    query::Latest,
    task,
    ui::{Icon, icon::sized_icon},
};
use leptos::{ev, html, prelude::*};
use std::time::Duration;

#[derive(Clone, Copy)]
struct Finder {
    id: StoredValue<String>,
    open: RwSignal<bool>,
    found: RwSignal<Result<Vec<Choice>, ApiError>>,
    busy: RwSignal<bool>,
    at: RwSignal<usize>,
    text: RwSignal<String>,
    search: Latest,
    /// Whether the results belong to the current text.
    fresh: RwSignal<bool>,
}

/// Draws a combobox. `chosen` is the selected id; `set` gets the new id, or `None`.
pub(crate) fn combobox(
    id: String,
    name: &'static str,
    source: Source,
    chosen: Signal<Option<String>>,
    set: impl Fn(Option<String>) + Send + Sync + Clone + 'static,
) -> AnyView {
    let list = ids::element_id("listbox");
    let state = Finder {
        id: StoredValue::new(list.clone()),
        open: RwSignal::new(false),
        found: RwSignal::new(Ok(Vec::new())),
        busy: RwSignal::new(false),
        at: RwSignal::new(0),
        text: RwSignal::new(String::new()),
        search: Latest::new(),
        fresh: RwSignal::new(false),
    };
    follow(state, source.clone(), chosen);
    let search = {
        let source = source.clone();
        move |q: String| start_search(state, &source, q)
    };
    let mut slowly = debounce(Duration::from_millis(200), search.clone());
    let typed = move |event| {
        let text = event_target_value(&event);
        state.text.set(text.clone());
        state.open.set(true);
        state.fresh.set(false);
        slowly(text.trim().to_owned());
    };
    let input = NodeRef::<html::Input>::new();
    let opened = search.clone();
    let focused = move |_| {
        if let Some(input) = input.get_untracked() {
            input.select();
        }
        state.open.set(true);
        opened(String::new());
    };
    let pick = {
        let set = set.clone();
        move |choice: Choice| {
            state.text.set(choice.label);
            state.open.set(false);
            set(Some(choice.id));
        }
    };
    let by_key = pick.clone();
    let keys = move |event: ev::KeyboardEvent| walk(state, &event, by_key.clone());
    let left = {
        let set = set.clone();
        move |_| {
            // The browser sends `blur` after the page of a focused input was removed.
            if state.open.try_set(false).is_some() {
                return;
            }
            if state.text.with_untracked(|text| text.trim().is_empty())
                && chosen.with_untracked(Option::is_some)
            {
                set(None);
            } else {
                restore(state, source.clone(), chosen.get_untracked());
            }
        }
    };
    let active = move || {
        (state.open.get()
            && state
                .found
                .with(|found| found.as_ref().is_ok_and(|found| !found.is_empty())))
        .then(|| format!("{}-{}", state.id.get_value(), state.at.get()))
    };
    view! {
        <div class="combobox">
            {sized_icon(Icon::Search, 14)}
            <input id=id node_ref=input type="text" role="combobox" autocomplete="off" spellcheck="false"
                aria-label=name aria-controls=list.clone()
                aria-autocomplete="list" aria-expanded={move || state.open.get().to_string()} aria-activedescendant=active
                placeholder="Type to search" prop:value={move || state.text.get()} on:input=typed on:focus=focused on:blur=left on:keydown=keys/>
            <ul id=list role="listbox" aria-label=name class="listbox" class:hidden={move || !state.open.get()}>
                {move || options(state, pick.clone())}</ul>
        </div>
    }
    .into_any()
}

/// Shows the name of the selected choice, also when other code selected it.
fn follow(state: Finder, source: Source, chosen: Signal<Option<String>>) {
    Effect::new(move |before: Option<Option<String>>| {
        let now = chosen.get();
        if before.as_ref() != Some(&now) && !state.open.get_untracked() {
            restore(state, source.clone(), now.clone());
        }
        now
    });
}

fn restore(state: Finder, source: Source, chosen: Option<String>) {
    let Some(id) = chosen else {
        return state.text.set(String::new());
    };
    let known = state.found.with_untracked(|found| {
        found
            .as_ref()
            .ok()
            .and_then(|found| found.iter().find(|choice| choice.id == id).cloned())
    });
    if let Some(choice) = known {
        return state.text.set(choice.label);
    }
    let found = source.find(id);
    leptos::task::spawn_local(async move {
        if let Some(choice) = found.await {
            let _ = state.text.try_set(choice.label);
        }
    });
}

fn start_search(state: Finder, source: &Source, q: String) {
    let work = source.search(q);
    state.busy.set(true);
    state.search.run(task(async move {
        let found = work.await;
        state.busy.set(false);
        state.at.set(0);
        state.found.set(found);
        state.fresh.set(true);
    }));
}

fn walk(state: Finder, event: &ev::KeyboardEvent, pick: impl Fn(Choice)) {
    let count = state
        .found
        .with_untracked(|found| found.as_ref().map_or(0, Vec::len));
    match event.key().as_str() {
        "ArrowDown" => state
            .at
            .update(|at| *at = (*at + 1).min(count.saturating_sub(1))),
        "ArrowUp" => state.at.update(|at| *at = at.saturating_sub(1)),
        // Enter before the results arrive must not select one of the results for an earlier text.
        "Enter" if state.open.get_untracked() && !state.fresh.get_untracked() => {}
        "Enter" if state.open.get_untracked() => {
            let choice = state.found.with_untracked(|found| {
                found
                    .as_ref()
                    .ok()
                    .and_then(|found| found.get(state.at.get_untracked()).cloned())
            });
            choice.into_iter().for_each(pick);
        }
        "Escape" if state.open.get_untracked() => {
            event.stop_propagation();
            state.open.set(false);
        }
        _ => return,
    }
    event.prevent_default();
    if matches!(event.key().as_str(), "ArrowDown" | "ArrowUp") {
        state.open.set(true);
        crate::dom::scroll_into_view(&format!(
            "{}-{}",
            state.id.get_value(),
            state.at.get_untracked()
        ));
    }
}

fn options(state: Finder, pick: impl Fn(Choice) + Clone + 'static) -> AnyView {
    let message = |text: String| {
        view! { <li role="option" aria-disabled="true" aria-selected="false" class="muted">{text}</li> }.into_any()
    };
    match state.found.get() {
        Err(error) => message(error.sentence()),
        Ok(found) if found.is_empty() => message(
            if state.busy.get() {
                "Searching…"
            } else {
                "No results"
            }
            .to_owned(),
        ),
        Ok(found) => {
            let one = |(index, choice): (usize, Choice)| {
                let (pick, chosen) = (pick.clone(), choice.clone());
                // On pointerdown, not on click: otherwise the input would lose the focus first and close the list.
                let press = move |event: ev::PointerEvent| {
                    event.prevent_default();
                    // Results for an earlier text are about to be replaced under the pointer.
                    if state.fresh.get_untracked() {
                        pick(chosen.clone());
                    }
                };
                let active = move || state.at.get() == index;
                view! {
                    <li role="option" id=format!("{}-{index}", state.id.get_value())
                        aria-selected={move || active().to_string()} aria-disabled={move || (!state.fresh.get()).then_some("true")}
                        on:pointerdown=press>
                        <span>{choice.label}</span>{(!choice.note.is_empty()).then(|| view! { <small>
                            {choice.note}</small> })}</li>
                }
            };
            found
                .into_iter()
                .enumerate()
                .map(one)
                .collect_view()
                .into_any()
        }
    }
}
