//! The keyboard shortcuts of a list.

use super::list::List;
use crate::{dom, on_key, route::go, shortcuts::on_row_key};
use leptos::prelude::*;

/// The id of the search box, which a shortcut focuses.
pub(crate) const SEARCH: &str = "list-search";

pub(crate) fn bind(list: List) {
    let step = move |down: bool| {
        let count = list
            .rows
            .with_untracked(|rows| rows.as_ref().map_or(0, |rows| rows.rows.len()));
        if count == 0 {
            return;
        }
        let at = match (list.cursor.get_untracked(), down) {
            (None, _) => 0,
            (Some(at), true) => (at + 1).min(count - 1),
            (Some(at), false) => at.saturating_sub(1),
        };
        list.cursor.set(Some(at));
        dom::scroll_into_view(&format!("row-{at}"));
    };
    let open = move || {
        if let Some(href) = list.current().and_then(|row| row.href) {
            go(&href);
        }
    };
    on_row_key("j", "Next row", move || step(true));
    on_row_key("k", "Previous row", move || step(false));
    on_row_key("o", "Open the row", open);
    on_row_key("Enter", "Open the row", open);
    if !list.spec().bulk.is_empty() {
        on_row_key("x", "Select the row", move || {
            if let Some(row) = list.current() {
                let on = list
                    .selected
                    .with_untracked(|selected| !selected.contains_key(&row.id));
                list.set_selected(&row, on);
            }
        });
        on_row_key("Escape", "Clear selection", move || {
            list.selected.update(std::collections::BTreeMap::clear)
        });
    }
    if list.spec().searchable {
        on_key("/", "Search this list", || dom::focus(SEARCH));
    }
}
