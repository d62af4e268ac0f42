//! Which rows of how many, and the way to the others.

use super::list::List;
use crate::{
    format::count,
    ui::{Icon, icon},
};
use leptos::prelude::*;

pub(crate) fn pager(list: List) -> AnyView {
    let says = move || {
        let at = list.asked.with(|asked| asked.at);
        list.rows.with(|rows| {
            let rows = rows.as_ref()?;
            let shown = i64::try_from(rows.rows.len()).ok()?;
            if shown == 0 {
                return None;
            }
            Some(format!(
                "{}–{} of {}",
                count(at),
                count(at + shown - 1),
                rows.total()
            ))
        })
    };
    let cursor = move |way: &'static str| {
        list.rows.with(|rows| {
            rows.as_ref().and_then(|rows| {
                if way == "after" {
                    rows.next.clone()
                } else {
                    rows.prev.clone()
                }
            })
        })
    };
    let turn = move |way: &'static str| {
        let Some(cursor) = untrack(|| cursor(way)) else {
            return;
        };
        let asked = list.asked.get_untracked();
        let limit = i64::from(asked.limit);
        let shown = list
            .rows
            .with_untracked(|rows| {
                rows.as_ref()
                    .and_then(|rows| i64::try_from(rows.rows.len()).ok())
            })
            .unwrap_or(limit);
        let at = if way == "after" {
            asked.at + shown
        } else {
            asked.at - limit
        };
        list.ask(&asked.turned(way, cursor, at));
    };
    let limits = [25, 50, 100].map(|limit| view! { <option value=limit.to_string() selected={move || list.asked.with(|asked| asked.limit == limit)}>{limit}" rows"</option> });
    let limit = move |event| {
        if let Ok(limit) = event_target_value(&event).parse() {
            list.ask(&list.asked.get_untracked().limited(limit));
        }
    };
    let nothing = move || says().is_none();
    view! {
        <nav class="pager" aria-label="Pages" class:hidden=nothing>
            <p aria-live="polite">{move || says()}</p>
            <label class="select quiet"><span class="sr-only">"Rows on a page"</span><select on:change=limit>
                {limits}</select>{icon(Icon::ChevronDown)}</label>
            <button type="button" class="btn sm" disabled={move || cursor("before").is_none()}
                on:click=move |_| turn("before")>{icon(Icon::ChevronLeft)}<span>"Previous"</span></button>
            <button type="button" class="btn sm" disabled={move || cursor("after").is_none()}
                on:click=move |_| turn("after")><span>"Next"</span>{icon(Icon::ChevronRight)}</button>
        </nav>
    }
    .into_any()
}
