//! The bar above a list: search, filters, columns, row height.

use super::{
    chooser,
    filter::{Control, ListFilter},
    list::List,
    shortcuts::SEARCH,
};
use crate::{
    format, local_storage,
    ui::{Icon, icon::sized_icon, icon_view, popover::Popover},
};
use chrono::NaiveDate;
use leptos::{ev, html, prelude::*};
use std::{sync::Arc, time::Duration};

pub(crate) fn toolbar(list: List) -> AnyView {
    let spec = list.spec();
    let filters = spec
        .filters
        .iter()
        .cloned()
        .map(|by| filter(list, by))
        .collect_view();
    view! {
        <div class="toolbar" role="search" aria-label=format!("Narrow the list of {}", spec.many)>
            {spec.searchable.then(|| search(list))}
            <div class="filters">{filters}</div>
            <div class="tools">{density(list)}{chooser::columns(list)}</div>
        </div>
    }
    .into_any()
}

/// Draws the switch between rows of 44 and of 36 pixels, for all lists.
fn density(list: List) -> AnyView {
    let toggle = move |_| {
        let dense = !list.dense.get_untracked();
        list.dense.set(dense);
        local_storage::set("dense", if dense { "yes" } else { "no" });
    };
    let icon = move || {
        icon_view(if list.dense.get() {
            Icon::Rows4
        } else {
            Icon::Rows3
        })
    };
    view! {
        <button type="button" class="btn quiet icon-only wide-only" aria-label="Compact rows" title="Compact rows"
            aria-pressed={move || list.dense.get().to_string()} on:click=toggle>{icon}</button>
    }
    .into_any()
}

fn search(list: List) -> AnyView {
    let (input, waiting) = (NodeRef::<html::Input>::new(), StoredValue::new(false));
    let mut ask = debounce(Duration::from_millis(250), move |text: String| {
        if let Some(query) = list.query.try_get_untracked() {
            waiting.set_value(false);
            list.replace_query(&query.with_filter("q", Some(text.trim().to_owned())));
        }
    });
    let typed = move |event| {
        waiting.set_value(true);
        ask(event_target_value(&event));
    };
    let query = Memo::new(move |_| {
        list.query
            .with(|query| query.filter_value("q").unwrap_or_default().to_owned())
    });
    // The box follows the address, but never overwrites what the user is typing.
    Effect::new(move |_| {
        let (text, Some(input)) = (query.get(), input.get()) else {
            return;
        };
        if !waiting.get_value() && input.value().trim() != text {
            input.set_value(&text);
        }
    });
    let hint = list.spec().search_hint.clone();
    let leave = |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            let _ = event_target::<web_sys::HtmlElement>(&event).blur();
        }
    };
    view! {
        <label class="search">{icon_view(Icon::Search)}<span class="sr-only">{hint.clone()}</span>
            <input id=SEARCH node_ref=input type="search" placeholder=hint autocomplete="off" spellcheck="false" maxlength="200"
                on:input=typed on:keydown=leave/>
            <kbd aria-hidden="true">"/"</kbd></label>
    }
    .into_any()
}

fn filter(list: List, by: ListFilter) -> AnyView {
    if matches!(by.control, Control::Flag) {
        let key = by.key;
        let on = move || {
            list.query
                .with(|query| query.filter_value(key) == Some("true"))
        };
        let toggle = move |_| {
            list.set_query(
                &list
                    .query
                    .get_untracked()
                    .with_filter(key, (!untrack(on)).then(|| "true".to_owned())),
            )
        };
        return view! { <button type="button" class="filter" aria-pressed={move || on().to_string()} on:click=toggle>
            {by.label}</button> }.into_any();
    }
    let (label, name) = (by.label, format!("Filter by {}", by.label.to_lowercase()));
    let button =
        move || view! { <span>{label}</span>{sized_icon(Icon::ChevronDown, 14)} }.into_any();
    let panel = move |open: RwSignal<bool>| match by.control.clone() {
        Control::Choice { options, many } => choices(list, by.key, options(), many, open),
        Control::Dates { from, to } => range(list, from, to),
        Control::Pick(source) => {
            let (key, chosen) = (
                by.key,
                Signal::derive(move || {
                    list.query
                        .with(|query| query.filter_value(by.key).map(str::to_owned))
                }),
            );
            let set = move |id: Option<String>| {
                open.set(false);
                list.set_query(&list.query.get_untracked().with_filter(key, id));
            };
            view! { <div class="pad">{crate::form::combobox::combobox(key.to_owned(), by.label, source, chosen, set)}</div> }.into_any()
        }
        Control::Typed(example) => typed(list, by.key, by.label, example, open),
        Control::Flag => ().into_any(),
    };
    Popover {
        name: Some(name),
        class: "filter",
        to_left: false,
        role: "dialog",
        button: Arc::new(button),
        panel: Arc::new(panel),
    }
    .view()
}

fn choices(
    list: List,
    key: &'static str,
    options: Vec<(String, String)>,
    many: bool,
    open: RwSignal<bool>,
) -> AnyView {
    let chosen = move || {
        list.query.with(|query| {
            query
                .filter_value(key)
                .map(|value| value.split(',').map(str::to_owned).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    };
    let toggle = move |word: &str, on: bool| {
        let mut words = if many { untrack(chosen) } else { Vec::new() };
        words.retain(|known| known != word);
        if on {
            words.push(word.to_owned());
        }
        if !many {
            open.set(false);
        }
        list.set_query(
            &list
                .query
                .get_untracked()
                .with_filter(key, Some(words.join(","))),
        );
    };
    let wanted = RwSignal::new(String::new());
    let narrow = (options.len() > 12).then(|| {
        view! { <input type="search" class="find" placeholder="Search"
        aria-label="Search the choices" autocomplete="off" bind:value=wanted/> }
    });
    let one = move |(word, label): (String, String)| {
        let (shown, known, pick) = (label.to_lowercase(), word.clone(), word);
        let fits = move || wanted.with(|wanted| shown.contains(&wanted.to_lowercase()));
        let checked = move || chosen().contains(&known);
        view! {
            <label class="option" class:hidden={move || !fits()}><input type="checkbox" prop:checked=checked
                on:change=move |event| toggle(&pick, event_target_checked(&event))/><span>{label}</span></label>
        }
    };
    view! { <div class="options">{narrow}{options.into_iter().map(one).collect_view()}</div> }
        .into_any()
}

/// Draws a text input; Enter applies the filter, and an empty input removes it.
fn typed(
    list: List,
    key: &'static str,
    label: &'static str,
    example: &'static str,
    open: RwSignal<bool>,
) -> AnyView {
    let query = list
        .query
        .with_untracked(|query| query.filter_value(key).unwrap_or_default().to_owned());
    let text = RwSignal::new(query);
    let ask = move |event: ev::SubmitEvent| {
        event.prevent_default();
        open.set(false);
        let text = text.get_untracked().trim().to_owned();
        list.set_query(&list.query.get_untracked().with_filter(key, Some(text)));
    };
    view! {
        <form class="pad typed" on:submit=ask>
            <input type="text" aria-label=label placeholder=example autocomplete="off" spellcheck="false" maxlength="200"
                bind:value=text/>
            <button type="submit" class="btn sm">"Apply"</button>
        </form>
    }
    .into_any()
}

/// Draws two days in the time zone of the business. The range includes the second day, so its parameter is the start of
/// the next day.
fn range(list: List, from: &'static str, to: &'static str) -> AnyView {
    let read = move |key: &'static str| {
        let text = list
            .query
            .with(|query| query.filter_value(key).map(str::to_owned));
        let time = text.and_then(|text| chrono::DateTime::parse_from_rfc3339(&text).ok());
        time.map(|time| time.to_utc())
    };
    let first = move || read(from).map(format::day_of);
    let last = move || {
        let end = read(to)?.checked_sub_signed(chrono::TimeDelta::seconds(1))?;
        Some(format::day_of(end))
    };
    let shown = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let set = move |key: &'static str, at: Option<chrono::DateTime<chrono::Utc>>| {
        list.set_query(
            &list
                .query
                .get_untracked()
                .with_filter(key, at.as_ref().map(wire::Param::show)),
        );
    };
    let typed = |event: web_sys::Event| event_target_value(&event).parse::<NaiveDate>().ok();
    view! {
        <div class="range">
            <label><span>"From"</span><input type="date" prop:value={move || shown(first())}
                on:change=move |event| set(from, typed(event).and_then(format::day_start))/></label>
            <label><span>"To"</span><input type="date" prop:value={move || shown(last())}
                on:change=move |event| set(to, typed(event).and_then(format::day_end))/></label>
            <p class="muted range-zone">{format!("Days in {}", format::zone())}</p>
        </div>
    }
    .into_any()
}
