//! The range of visible rows, the total, and the buttons for other pages.

use super::list::List;
use crate::{
    format::count,
    ui::{Icon, icon_view},
};
use leptos::prelude::*;

pub(crate) fn pager(list: List) -> AnyView {
    let text = move || {
        let at = list.query.with(|query| query.at);
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
    let go_to_page = move |way: &'static str| {
        let Some(cursor) = untrack(|| cursor(way)) else {
            return;
        };
        let query = list.query.get_untracked();
        let limit = i64::from(query.limit);
        let shown = list
            .rows
            .with_untracked(|rows| {
                rows.as_ref()
                    .and_then(|rows| i64::try_from(rows.rows.len()).ok())
            })
            .unwrap_or(limit);
        let at = if way == "after" {
            query.at + shown
        } else {
            query.at - limit
        };
        list.set_query(&query.with_cursor(way, cursor, at));
    };
    let limits = [25, 50, 100].map(|limit| view! { <option value=limit.to_string() selected={move || list.query.with(|query| query.limit == limit)}>{limit}" rows"</option> });
    let limit = move |event| {
        if let Ok(limit) = event_target_value(&event).parse() {
            list.set_query(&list.query.get_untracked().with_limit(limit));
        }
    };
    let nothing = move || text().is_none();
    view! {
        <nav class="pager" aria-label="Pages" class:hidden=nothing>
            <p aria-live="polite">{move || text()}</p>
            <label class="select quiet"><span class="sr-only">"Rows on a page"</span><select on:change=limit>
                {limits}</select>{icon_view(Icon::ChevronDown)}</label>
            <button type="button" class="btn sm" disabled={move || cursor("before").is_none()}
                on:click=move |_| go_to_page("before")>{icon_view(Icon::ChevronLeft)}<span>"Previous"</span></button>
            <button type="button" class="btn sm" disabled={move || cursor("after").is_none()}
                on:click=move |_| go_to_page("after")><span>"Next"</span>{icon_view(Icon::ChevronRight)}</button>
        </nav>
    }
    .into_any()
}
