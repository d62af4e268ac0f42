//! The layout of the palette: a combobox; on a phone it covers the whole screen.

use super::{
    Palette,
    entries::{Entry, Group},
    search::SearchState,
};
use crate::{
    dom,
    ui::{Icon, icon::sized_icon, modal::follow},
};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

const LIST: &str = "palette-list";

fn id(at: usize) -> String {
    format!("palette-{at}")
}

/// Draws the closed palette.
pub(in crate::shell) fn palette(palette: Palette) -> AnyView {
    follow(palette.node, palette.open);
    let groups = Memo::new_with_compare(
        move |_| {
            if palette.open.get() {
                palette.groups()
            } else {
                Vec::new()
            }
        },
        |_, _| true,
    );
    let count = move || {
        groups.with(|groups| {
            groups
                .iter()
                .map(|group| group.entries.len())
                .sum::<usize>()
        })
    };
    let active = move || (count() > 0).then(|| id(palette.at.get().min(count() - 1)));
    let outside = move |event: ev::MouseEvent| {
        if event.target() == event.current_target() {
            palette.close();
        }
    };
    view! {
        <dialog class="palette" node_ref=palette.node aria-label="Search and commands"
            on:close=move |_| palette.open.set(false) on:click=outside>
            <div class="palette-box" on:keydown=move |event| keys(palette, &event, untrack(count))>
                <div class="palette-field">
                    {sized_icon(Icon::Search, 18)}
                    <input id="palette" type="text" role="combobox" autofocus autocomplete="off" autocapitalize="off"
                        spellcheck="false" maxlength="200" enterkeyhint="go" aria-label="Search and commands"
                        placeholder="Search, or go to…" aria-autocomplete="list" aria-controls=LIST
                        aria-expanded={move || (count() > 0).to_string()} aria-activedescendant=active
                        prop:value={move || palette.text.get()} on:input=move |event| palette.typed(event_target_value(&event))/>
                    <button type="button" class="btn quiet sm" on:click=move |_| palette.close()>"Close"</button>
                </div>
                <div id=LIST role="listbox" aria-label="Results" class="palette-list" class:hidden={move || count() == 0}
                    aria-busy={move || palette.search.state.with(SearchState::is_waiting).to_string()}>
                    {move || list(palette, groups.get())}</div>
                {move || rest(palette, count())}
                <footer class="palette-foot" aria-hidden="true"><span><kbd>"↑"</kbd><kbd>"↓"</kbd>" to move"</span>
                    <span><kbd>"Enter"</kbd>" to open"</span><span><kbd>"Esc"</kbd>" to close"</span></footer>
            </div>
        </dialog>
    }
    .into_any()
}

fn list(palette: Palette, groups: Vec<Group>) -> AnyView {
    let mut first = 0;
    let mut drawn = Vec::new();
    for group in groups {
        let from = first;
        first += group.entries.len();
        let lines = group
            .entries
            .into_iter()
            .enumerate()
            .map(|(index, entry)| line(palette, from + index, entry));
        drawn.push(view! {
            <div role="group" aria-label=group.title class="palette-group">
                <div class="palette-title" aria-hidden="true">{group.title}</div>{lines.collect_view()}</div>
        });
    }
    drawn.collect_view().into_any()
}

fn line(palette: Palette, at: usize, entry: Entry) -> AnyView {
    let active = move || palette.at.get() == at;
    let stale = move || entry.is_found && palette.search.state.with(SearchState::is_waiting);
    // The pointer moves the active line; a list that scrolls under a resting pointer does not.
    let over = move |_| palette.at.set(at);
    let click = move |event: ev::MouseEvent| {
        let aside = event.ctrl_key() || event.meta_key() || event.button() == 1;
        palette.choose(at, aside);
    };
    view! {
        <div role="option" id=id(at) class="palette-line" class:stale=stale aria-selected={move || active().to_string()}
            on:pointermove=over on:click=click on:auxclick=click>
            {sized_icon(entry.icon, 16)}<span class="palette-label">{entry.label}</span>
            {(!entry.note.is_empty()).then(|| view! { <span class="palette-note">{entry.note}</span> })}
            {entry.key.map(|key| view! { <kbd aria-hidden="true">{key}</kbd> })}</div>
    }
    .into_any()
}

/// Draws the part under the list: the loading, error and empty states.
fn rest(palette: Palette, count: usize) -> AnyView {
    let text = palette.text.get().trim().to_owned();
    let waiting = |lines: usize| {
        let one = |_| view! { <div class="palette-line"><span class="sk"></span></div> };
        view! { <div class="palette-wait" aria-hidden="true">{(0..lines).map(one).collect_view()}</div>
            <p class="sr-only" role="status">"Searching…"</p> }
        .into_any()
    };
    if text.is_empty() {
        let recalls = palette.is_loading_recent.get() && palette.recent.with(Vec::is_empty);
        return if recalls { waiting(2) } else { ().into_any() };
    }
    match palette.search.state.get() {
        SearchState::Failed(error) => {
            let retry = move |_| palette.typed(palette.text.get_untracked());
            view! { <div class="palette-message" role="alert"><p>{error.sentence()}</p>
                <button type="button" class="btn sm" on:click=retry>{sized_icon(Icon::RefreshCw, 14)}<span>"Try again"</span></button></div> }
            .into_any()
        }
        SearchState::Waiting(hits) if hits.is_empty() => waiting(3),
        _ if count == 0 => view! { <div class="palette-message" role="status"><p>"No results for “"{text}"”"</p>
            <p class="muted">"Try an e-mail address, an ICCID, an order number or a page name."</p></div> }
        .into_any(),
        SearchState::Found(_) => {
            let text = format!("{count} results");
            view! { <p class="sr-only" role="status">{text}</p> }.into_any()
        }
        _ => ().into_any(),
    }
}

fn keys(palette: Palette, event: &ev::KeyboardEvent, count: usize) {
    let at = palette.at.get_untracked();
    let on_button = dom::is_within(event.target(), "button");
    let next = match event.key().as_str() {
        "ArrowDown" => Some(if at + 1 < count { at + 1 } else { 0 }),
        "ArrowUp" => Some(at.checked_sub(1).unwrap_or(count.saturating_sub(1))),
        "Enter" if !on_button => {
            event.prevent_default();
            return palette.choose(at, event.ctrl_key() || event.meta_key());
        }
        "Tab" => return trap(palette, event),
        _ => None,
    };
    if let Some(next) = next {
        event.prevent_default();
        palette.at.set(next);
        dom::scroll_into_view(&id(next));
    }
}

/// Keeps the focus inside: from the last control to the first, and back.
fn trap(palette: Palette, event: &ev::KeyboardEvent) {
    let controls = palette
        .node
        .get_untracked()
        .and_then(|dialog| dialog.query_selector_all("input, button").ok());
    let Some(controls) = controls else { return };
    let all: Vec<web_sys::HtmlElement> = (0..controls.length())
        .filter_map(|index| controls.get(index)?.dyn_into().ok())
        .filter(|control: &web_sys::HtmlElement| control.offset_parent().is_some())
        .collect();
    let active = document().active_element();
    let at = all.iter().position(|control| {
        active
            .as_ref()
            .is_some_and(|active| active.is_same_node(Some(control)))
    });
    let last = all.len().saturating_sub(1);
    let next = match (at, event.shift_key()) {
        (None, _) => 0,
        (Some(0), true) => last,
        (Some(at), true) => at.saturating_sub(1),
        (Some(at), false) => {
            if at < last {
                at + 1
            } else {
                0
            }
        }
    };
    event.prevent_default();
    if let Some(control) = all.get(next) {
        let _ = control.focus();
    }
}
