//! The table: headings that sort, rows that open, and the empty state.

use super::{
    column::Visibility,
    columns::{FIRST, defaults},
    list::List,
    row::{Header, Row, Rows},
};
use crate::{
    dom,
    route::go,
    session,
    ui::{ButtonVariant, Icon, Value, empty, failure, icon::sized_icon, link_button},
};
use leptos::{ev::MouseEvent, html, prelude::*};
use std::sync::Arc;

pub(crate) fn grid(list: List) -> AnyView {
    let busy = move || list.busy.get() && list.rows.with(Option::is_some);
    let body = move || match (list.error.get(), list.rows.get()) {
        (Some(error), _) => failure(&error, move || list.reload()),
        (None, None) => table(list, None),
        (None, Some(rows)) if rows.rows.is_empty() => nothing(list),
        (None, Some(rows)) => table(list, Some(rows)),
    };
    let node = NodeRef::<html::Div>::new();
    let back = list.scroll();
    Effect::new(move |done: Option<bool>| {
        let ready = list.rows.with(Option::is_some) && node.get().is_some();
        if let (Some(top), true, false) = (back, ready, done.unwrap_or(false)) {
            request_animation_frame(move || {
                if let Some(node) = node.get_untracked() {
                    node.set_scroll_top(top);
                }
            });
        }
        done.unwrap_or(false) || ready
    });
    let scrolled = move |_| {
        if let Some(node) = node.get_untracked() {
            list.scrolled(node.scroll_top());
        }
    };
    view! { <div class="grid" node_ref=node class:dense={move || list.dense.get()} class:busy=busy tabindex="-1"
        on:scroll=scrolled>{body}</div> }.into_any()
}

fn table(list: List, rows: Option<Arc<Rows>>) -> AnyView {
    let spec = list.spec();
    let columns = list.columns.get();
    let is_usual = columns == defaults(&spec.headers);
    let shown: Vec<Cell> = columns
        .iter()
        .enumerate()
        .filter_map(|(index, at)| {
            let header = spec.headers.get(*at)?.clone();
            let class = class(index, &header, is_usual);
            Some(Cell {
                at: *at,
                header,
                class,
            })
        })
        .collect();
    let selectable = !spec.bulk.is_empty()
        && spec
            .bulk
            .iter()
            .any(|bulk| untrack(|| session::can(bulk.needs)));
    let body = match &rows {
        Some(rows) => rows
            .rows
            .iter()
            .cloned()
            .enumerate()
            .map(|(at, row)| line(list, at, row, &shown, selectable))
            .collect_view()
            .into_any(),
        None => (0..8)
            .map(|_| waiting(shown.len(), selectable))
            .collect_view()
            .into_any(),
    };
    let all = rows.map(|rows| Arc::new(rows.rows.clone()));
    let header_cell = selectable.then(|| {
        all.map(|all| {
            view! { <th role="columnheader" scope="col" class="select-cell">
            {page_checkbox(list, all)}</th> }
            .into_any()
        })
        .unwrap_or_else(|| {
            view! { <th role="columnheader" class="select-cell">
            <span class="sr-only">"Select"</span></th> }
            .into_any()
        })
    });
    let busy = move || list.busy.get().to_string();
    view! {
        <table role="table" aria-busy=busy aria-label=spec.title.clone()>
            <thead role="rowgroup"><tr role="row">{header_cell}
                {shown.into_iter().map(|cell| heading(list, cell)).collect_view()}</tr></thead>
            <tbody role="rowgroup">{body}</tbody>
        </table>
    }
    .into_any()
}

/// A visible column: its index, its heading and its CSS class.
struct Cell {
    at: usize,
    header: Header,
    class: String,
}

/// Returns the CSS class of a column. Default columns hide the wide ones on narrow screens; of custom columns, a
/// phone shows the first ones.
fn class(index: usize, header: &Header, is_usual: bool) -> String {
    let mut words = Vec::new();
    if index == 0 {
        words.push("lead");
    } else if header.number {
        words.push("num");
    }
    if is_usual && header.shown == Visibility::Wide {
        words.push("roomy");
    }
    if !is_usual && index >= FIRST {
        words.push("later");
    }
    words.join(" ")
}

fn heading(list: List, Cell { header, class, .. }: Cell) -> AnyView {
    let Some(key) = header.sort else {
        return view! { <th role="columnheader" scope="col" class=class>{header.text}</th> }
            .into_any();
    };
    let order = move || {
        list.query
            .with(|query| (query.sort.0 == key).then_some(query.sort.1))
    };
    let aria = move || match order() {
        None => "none",
        Some(true) => "descending",
        Some(false) => "ascending",
    };
    let icon = move || match order() {
        None => sized_icon(Icon::ChevronsUpDown, 14),
        Some(true) => sized_icon(Icon::ChevronDown, 14),
        Some(false) => sized_icon(Icon::ChevronUp, 14),
    };
    let toggle_sort = move |_| list.set_query(&list.query.get_untracked().sorted_by(key));
    view! {
        <th role="columnheader" scope="col" class=class aria-sort=aria>
            <button type="button" class="sort" on:click=toggle_sort>{header.text}{icon}</button></th>
    }
    .into_any()
}

fn line(list: List, at: usize, row: Row, shown: &[Cell], selectable: bool) -> AnyView {
    let row = StoredValue::new(row);
    let id = row.with_value(|row| row.id.clone());
    let is_selected = move || list.selected.with(|selected| selected.contains_key(&id));
    let href = row.with_value(|row| row.href.clone());
    let cells = row.with_value(|row| row.cells.clone());
    let cells = shown.iter().enumerate().map(|(index, cell)| {
        let value = cells.get(cell.at).cloned().unwrap_or_else(Value::absent);
        let value = if index == 0 {
            value.link_or_keep(href.clone())
        } else {
            value
        };
        view! { <td role="cell" class=cell.class.clone() data-label=cell.header.text>{value.view()}</td> }
    });
    let cells = cells.collect_view();
    let checkbox_cell = selectable
        .then(|| view! { <td role="cell" class="select-cell">{row_checkbox(list, at, row)}</td> });
    let selected = is_selected.clone();
    view! {
        <tr role="row" id=format!("row-{at}") class:opens=href.is_some() class:selected={move || selected()}
            class:cursor={move || list.cursor.get() == Some(at)}
            aria-selected={move || selectable.then(|| is_selected().to_string())} on:click=move |event| open(&event, row)
                on:auxclick=move |event| open(&event, row)>{checkbox_cell}{cells}</tr>
    }
    .into_any()
}

/// Opens a row on a click anywhere in it, in a new tab on a middle click. Links and buttons inside handle their own
/// clicks.
fn open(event: &MouseEvent, row: StoredValue<Row>) {
    let Some(href) = row.with_value(|row| row.href.clone()) else {
        return;
    };
    let selects = window()
        .get_selection()
        .ok()
        .flatten()
        .is_some_and(|selection| !selection.is_collapsed());
    if selects || dom::is_within(event.target(), "a, button, input, label, .select-cell") {
        return;
    }
    if event.button() == 1 || event.ctrl_key() || event.meta_key() {
        let _ = window().open_with_url_and_target(&href, "_blank");
    } else if event.button() == 0 {
        go(&href);
    }
}

fn row_checkbox(list: List, at: usize, row: StoredValue<Row>) -> AnyView {
    let (id, label) = row.with_value(|row| (row.id.clone(), row.label.clone()));
    let selected = move || list.selected.with(|selected| selected.contains_key(&id));
    let click = move |event: MouseEvent| {
        let on = event_target_checked(&event);
        let from = list
            .cursor
            .get_untracked()
            .filter(|_| event.shift_key())
            .unwrap_or(at);
        let rows = list.rows.get_untracked();
        let range = rows
            .iter()
            .flat_map(|rows| rows.rows.iter())
            .skip(from.min(at))
            .take(from.abs_diff(at) + 1);
        range.for_each(|row| list.set_selected(row, on));
        list.cursor.set(Some(at));
    };
    view! { <label class="box"><input type="checkbox" prop:checked=selected on:click=click
    aria-label=format!("Select {label}")/></label> }
    .into_any()
}

fn page_checkbox(list: List, all: Arc<Vec<Row>>) -> AnyView {
    let rows = Arc::clone(&all);
    let selected = move || {
        list.selected
            .with(|selected| rows.iter().all(|row| selected.contains_key(&row.id)))
    };
    let click = move |event: MouseEvent| {
        let on = event_target_checked(&event);
        all.iter().for_each(|row| list.set_selected(row, on));
    };
    view! { <label class="box"><input type="checkbox" prop:checked=selected on:click=click
    aria-label="Select all on this page"/></label> }
    .into_any()
}

fn waiting(columns: usize, selectable: bool) -> AnyView {
    let cell = |_| view! { <td role="cell"><span class="sk"></span></td> };
    view! { <tr role="row" aria-hidden="true">{selectable.then(|| view! { <td role="cell" class="select-cell"></td> })}
        {(0..columns).map(cell).collect_view()}</tr> }.into_any()
}

/// Draws the empty state: the list has no rows yet, or none matches the filters.
fn nothing(list: List) -> AnyView {
    let spec = list.spec();
    let usual = spec.default_query.map(|query| (spec.read)(query).filter);
    if list.query.with(|query| {
        (query.filter.is_empty() || Some(&query.filter) == usual.as_ref()) && query.cursor.is_none()
    }) {
        let next = spec
            .buttons
            .iter()
            .enumerate()
            .filter(|(_, (_, _, needs, _))| untrack(|| session::can(*needs)));
        let next: Vec<AnyView> = next
            .map(|(index, (label, href, _, icon))| {
                link_button(
                    *label,
                    if index == 0 {
                        ButtonVariant::Primary
                    } else {
                        ButtonVariant::Plain
                    },
                    *icon,
                    *href,
                )
            })
            .collect();
        let next = (!next.is_empty()).then(|| next.into_any());
        return empty(
            Icon::Inbox,
            spec.empty.0.clone(),
            spec.empty.1.clone(),
            next,
        );
    }
    let clear = crate::ui::button("Clear filters", ButtonVariant::Plain, None, move || {
        list.set_query(&list.query.get_untracked().cleared())
    });
    empty(
        Icon::Search,
        format!("No {} match", spec.many),
        "Change or clear the filters.",
        Some(clear),
    )
}
