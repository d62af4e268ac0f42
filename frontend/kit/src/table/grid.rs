//! The table itself: headings that sort, rows that open, and what stands there when there are none.

use super::{
    column::Shown,
    columns::{FIRST, usual},
    list::List,
    row::{Head, Row, Rows},
};
use crate::{
    dom,
    route::go,
    session,
    ui::{Icon, Look, Value, empty, failure, icon::sized, link_button},
};
use leptos::{ev::MouseEvent, html, prelude::*};
use std::sync::Arc;

pub(crate) fn grid(list: List) -> AnyView {
    let busy = move || list.busy.get() && list.rows.with(Option::is_some);
    let body = move || match (list.fault.get(), list.rows.get()) {
        (Some(fault), _) => failure(&fault, move || list.reload()),
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
    let is_usual = columns == usual(&spec.heads);
    let shown: Vec<Cell> = columns
        .iter()
        .enumerate()
        .filter_map(|(place, at)| {
            let head = spec.heads.get(*at)?.clone();
            let class = class(place, &head, is_usual);
            Some(Cell {
                at: *at,
                head,
                class,
            })
        })
        .collect();
    let marks = !spec.bulk.is_empty()
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
            .map(|(at, row)| line(list, at, row, &shown, marks))
            .collect_view()
            .into_any(),
        None => (0..8)
            .map(|_| waiting(shown.len(), marks))
            .collect_view()
            .into_any(),
    };
    let all = rows.map(|rows| Arc::new(rows.rows.clone()));
    let mark_all = marks.then(|| {
        all.map(|all| {
            view! { <th role="columnheader" scope="col" class="mark">
            {mark_all(list, all)}</th> }
            .into_any()
        })
        .unwrap_or_else(|| {
            view! { <th role="columnheader" class="mark">
            <span class="sr-only">"Select"</span></th> }
            .into_any()
        })
    });
    let busy = move || list.busy.get().to_string();
    view! {
        <table role="table" aria-busy=busy aria-label=spec.title.clone()>
            <thead role="rowgroup"><tr role="row">{mark_all}
                {shown.into_iter().map(|cell| heading(list, cell)).collect_view()}</tr></thead>
            <tbody role="rowgroup">{body}</tbody>
        </table>
    }
    .into_any()
}

/// A column as it is shown: which one, and how it is set.
struct Cell {
    at: usize,
    head: Head,
    class: String,
}

/// How a column is set. The usual ones leave where there is no room those that the screen can spare; of those that
/// somebody has chosen, a phone shows the first.
fn class(place: usize, head: &Head, is_usual: bool) -> String {
    let mut words = Vec::new();
    if place == 0 {
        words.push("lead");
    } else if head.number {
        words.push("num");
    }
    if is_usual && head.shown == Shown::Wide {
        words.push("roomy");
    }
    if !is_usual && place >= FIRST {
        words.push("later");
    }
    words.join(" ")
}

fn heading(list: List, Cell { head, class, .. }: Cell) -> AnyView {
    let Some(key) = head.sort else {
        return view! { <th role="columnheader" scope="col" class=class>{head.text}</th> }
            .into_any();
    };
    let order = move || {
        list.asked
            .with(|asked| (asked.sort.0 == key).then_some(asked.sort.1))
    };
    let aria = move || match order() {
        None => "none",
        Some(true) => "descending",
        Some(false) => "ascending",
    };
    let sign = move || match order() {
        None => sized(Icon::ChevronsUpDown, 14),
        Some(true) => sized(Icon::ChevronDown, 14),
        Some(false) => sized(Icon::ChevronUp, 14),
    };
    let turn = move |_| list.ask(&list.asked.get_untracked().ordered(key));
    view! {
        <th role="columnheader" scope="col" class=class aria-sort=aria>
            <button type="button" class="sort" on:click=turn>{head.text}{sign}</button></th>
    }
    .into_any()
}

fn line(list: List, at: usize, row: Row, shown: &[Cell], marks: bool) -> AnyView {
    let row = StoredValue::new(row);
    let id = row.with_value(|row| row.id.clone());
    let is_marked = move || list.marked.with(|marked| marked.contains_key(&id));
    let href = row.with_value(|row| row.href.clone());
    let cells = row.with_value(|row| row.cells.clone());
    let cells = shown.iter().enumerate().map(|(place, cell)| {
        let value = cells.get(cell.at).cloned().unwrap_or_else(Value::absent);
        let value = if place == 0 {
            value.link_or_keep(href.clone())
        } else {
            value
        };
        view! { <td role="cell" class=cell.class.clone() data-label=cell.head.text>{value.view()}</td> }
    });
    let cells = cells.collect_view();
    let mark = marks.then(|| view! { <td role="cell" class="mark">{mark_one(list, at, row)}</td> });
    let marked = is_marked.clone();
    view! {
        <tr role="row" id=format!("row-{at}") class:opens=href.is_some() class:marked={move || marked()}
            class:cursor={move || list.cursor.get() == Some(at)}
            aria-selected={move || marks.then(|| is_marked().to_string())} on:click=move |event| open(&event, row)
                on:auxclick=move |event| open(&event, row)>{mark}{cells}</tr>
    }
    .into_any()
}

/// A click anywhere in a row opens it; a middle click in a new tab. Links and buttons inside keep their own clicks.
fn open(event: &MouseEvent, row: StoredValue<Row>) {
    let Some(href) = row.with_value(|row| row.href.clone()) else {
        return;
    };
    let selects = window()
        .get_selection()
        .ok()
        .flatten()
        .is_some_and(|selection| !selection.is_collapsed());
    if selects || dom::is_busy(event.target(), "a, button, input, label, .mark") {
        return;
    }
    if event.button() == 1 || event.ctrl_key() || event.meta_key() {
        let _ = window().open_with_url_and_target(&href, "_blank");
    } else if event.button() == 0 {
        go(&href);
    }
}

fn mark_one(list: List, at: usize, row: StoredValue<Row>) -> AnyView {
    let (id, label) = row.with_value(|row| (row.id.clone(), row.label.clone()));
    let marked = move || list.marked.with(|marked| marked.contains_key(&id));
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
        range.for_each(|row| list.mark(row, on));
        list.cursor.set(Some(at));
    };
    view! { <label class="box"><input type="checkbox" prop:checked=marked on:click=click
    aria-label=format!("Select {label}")/></label> }
    .into_any()
}

fn mark_all(list: List, all: Arc<Vec<Row>>) -> AnyView {
    let rows = Arc::clone(&all);
    let marked = move || {
        list.marked
            .with(|marked| rows.iter().all(|row| marked.contains_key(&row.id)))
    };
    let click = move |event: MouseEvent| {
        let on = event_target_checked(&event);
        all.iter().for_each(|row| list.mark(row, on));
    };
    view! { <label class="box"><input type="checkbox" prop:checked=marked on:click=click
    aria-label="Select all on this page"/></label> }
    .into_any()
}

fn waiting(columns: usize, marks: bool) -> AnyView {
    let cell = |_| view! { <td role="cell"><span class="sk"></span></td> };
    view! { <tr role="row" aria-hidden="true">{marks.then(|| view! { <td role="cell" class="mark"></td> })}
        {(0..columns).map(cell).collect_view()}</tr> }.into_any()
}

/// Nothing to show: because nothing is there yet, or because nothing fits.
fn nothing(list: List) -> AnyView {
    let spec = list.spec();
    let usual = spec.begins.map(|query| (spec.read)(query).filter);
    if list.asked.with(|asked| {
        (asked.filter.is_empty() || Some(&asked.filter) == usual.as_ref()) && asked.cursor.is_none()
    }) {
        let next = spec
            .buttons
            .iter()
            .enumerate()
            .filter(|(_, (_, _, needs, _))| untrack(|| session::can(*needs)));
        let next: Vec<AnyView> = next
            .map(|(place, (label, href, _, sign))| {
                link_button(
                    *label,
                    if place == 0 {
                        Look::Primary
                    } else {
                        Look::Plain
                    },
                    *sign,
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
    let clear = crate::ui::button("Show all", Look::Plain, None, move || {
        list.ask(&list.asked.get_untracked().cleared())
    });
    empty(
        Icon::Search,
        format!("No {} match", spec.many),
        "Change the filters, or look at all of them.",
        Some(clear),
    )
}
