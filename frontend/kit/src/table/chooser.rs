//! The column menu: the visible columns and their order, for pointer and keyboard.

use super::{
    columns::{Columns, defaults, move_column, toggle_column},
    list::List,
};
use crate::{
    dom,
    ui::{Icon, icon::sized_icon, icon_view, popover::Popover},
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;

/// The open menu.
#[derive(Clone, Copy)]
struct Chooser {
    list: List,
    rows: NodeRef<html::Ul>,
    /// The dragged column, and the order if the user drops it now.
    held: RwSignal<Option<(usize, Columns)>>,
    text: RwSignal<String>,
}

/// Draws the button and the menu under it.
pub(super) fn columns(list: List) -> AnyView {
    let panel = move |_| {
        let chooser = Chooser {
            list,
            rows: NodeRef::new(),
            held: RwSignal::new(None),
            text: RwSignal::new(String::new()),
        };
        chooser.follow_pointer();
        chooser.view()
    };
    Popover {
        name: Some("Columns".to_owned()),
        class: "btn quiet icon-only",
        to_left: true,
        role: "dialog",
        button: Arc::new(|| icon_view(Icon::Columns3)),
        panel: Arc::new(panel),
    }
    .view()
}

impl Chooser {
    /// Returns the columns in their current order, or in the order of the drag.
    fn shown(self) -> Columns {
        let held = self
            .held
            .with(|held| held.as_ref().map(|(_, order)| order.clone()));
        held.unwrap_or_else(|| self.list.columns.get())
    }
    /// Returns the visible columns in their order, then the others.
    fn all(self) -> Vec<(usize, bool)> {
        let shown = self.shown();
        let count = self.list.spec().headers.len();
        let others = (0..count).filter(|at| !shown.contains(at));
        let others: Vec<usize> = others.collect();
        let shown = shown.into_iter().map(|at| (at, true));
        shown
            .chain(others.into_iter().map(|at| (at, false)))
            .collect()
    }
    fn view(self) -> AnyView {
        let is_usual = move || self.list.columns.get() == defaults(&self.list.spec().headers);
        let reset = move |_| {
            self.list.arrange(&defaults(&self.list.spec().headers));
            self.text.set("Default columns".to_owned());
        };
        view! {
            <div class="columns" class:held={move || self.held.with(Option::is_some)}>
                <header class="columns-head"><strong>"Columns"</strong>
                    <button type="button" class="btn quiet sm" disabled=is_usual on:click=reset>"Reset"</button></header>
                <ul class="columns-list" node_ref=self.rows>
                    {move || self.all().into_iter().map(|(at, on)| self.row(at, on)).collect_view()}</ul>
                <p class="columns-foot muted">"Drag, or "<kbd>"Alt"</kbd>" "<kbd>"↑"</kbd>" "<kbd>"↓"</kbd></p>
                <p class="sr-only" aria-live="polite">{move || self.text.get()}</p>
            </div>
        }
        .into_any()
    }
    fn row(self, at: usize, on: bool) -> AnyView {
        let header = self
            .list
            .spec()
            .headers
            .get(at)
            .map_or("", |header| header.text);
        let box_id = format!("column-{at}");
        let focus_id = box_id.clone();
        let toggle = move |event| {
            let columns = self.list.columns.get_untracked();
            self.list
                .arrange(&toggle_column(columns, at, event_target_checked(&event)));
            focus_later(focus_id.clone());
        };
        let keys = move |event: ev::KeyboardEvent| {
            let step = match event.key().as_str() {
                "ArrowUp" if event.alt_key() => -1,
                "ArrowDown" if event.alt_key() => 1,
                _ => return,
            };
            event.prevent_default();
            self.step(at, step, "column");
        };
        let hold = move |event: ev::PointerEvent| {
            if event.button() == 0 {
                event.prevent_default();
                self.held.set(Some((at, self.list.columns.get_untracked())));
            }
        };
        let is_held = move || {
            self.held
                .with(|held| held.as_ref().is_some_and(|(held, _)| *held == at))
        };
        let can_move = on && at != 0;
        let move_by = move |step: isize, name: &'static str, icon: Icon, text: &str| {
            view! { <button type="button" class="step-button" id=format!("{name}-{at}") aria-label=format!("Move {header} {text}")
            title=format!("Move {text}") on:click=move |_| self.step(at, step, name)>{sized_icon(icon, 14)}</button> }
        };
        view! {
            <li class="column-row" class:held=is_held on:keydown=keys>
                {can_move.then(|| view! { <span class="grip" aria-hidden="true" on:pointerdown=hold>{sized_icon(Icon::GripVertical, 14)}</span> })}
                <label class="option"><input type="checkbox" id=box_id disabled=at == 0 prop:checked=on on:change=toggle/>
                    <span>{header}</span></label>
                {can_move.then(|| view! { {move_by(-1, "column-up", Icon::ArrowUp, "up")}
                    {move_by(1, "column-down", Icon::ArrowDown, "down")} })}</li>
        }
        .into_any()
    }
    /// Moves a column by one position; the used control keeps the focus.
    fn step(self, at: usize, step: isize, name: &'static str) {
        let columns = self.list.columns.get_untracked();
        let Some(to) = columns
            .iter()
            .position(|known| *known == at)
            .and_then(|from| from.checked_add_signed(step))
        else {
            return;
        };
        let count = columns.len();
        let next = move_column(columns.clone(), at, to);
        if next != columns {
            let index = next.iter().position(|known| *known == at).unwrap_or(0) + 1;
            let header = self
                .list
                .spec()
                .headers
                .get(at)
                .map_or("", |header| header.text);
            self.text
                .set(format!("{header} is column {index} of {count}"));
            self.list.arrange(&next);
        }
        focus_later(format!("{name}-{at}"));
    }
    /// Moves the dragged column to the pointer. The listener is on the window, because the rows move under the
    /// pointer.
    fn follow_pointer(self) {
        let over = window_event_listener(ev::pointermove, move |event| {
            let Some(Some((at, columns))) = self.held.try_get_untracked() else {
                return;
            };
            if let Some(to) = self.row_at(event.client_y()) {
                let next = move_column(columns.clone(), at, to);
                if next != columns {
                    self.held.set(Some((at, next)));
                }
            }
        });
        let done = move || {
            if let Some(Some((_, columns))) = self.held.try_get_untracked() {
                self.held.set(None);
                self.list.arrange(&columns);
            }
        };
        let up = window_event_listener(ev::pointerup, move |_| done());
        let lost = window_event_listener(ev::pointercancel, move |_| {
            let _ = self.held.try_set(None);
        });
        on_cleanup(move || {
            over.remove();
            up.remove();
            lost.remove();
        });
    }
    /// Returns the index of the row at this height.
    fn row_at(self, y: i32) -> Option<usize> {
        let rows = self.rows.get_untracked()?;
        let children = rows.children();
        (0..children.length())
            .take_while(|index| {
                let row = children
                    .item(*index)
                    .map(|row| row.get_bounding_client_rect());
                row.is_some_and(|row| row.top() <= f64::from(y))
            })
            .last()
            .and_then(|index| usize::try_from(index).ok())
    }
}

/// Restores the focus after the rows are drawn again.
fn focus_later(id: String) {
    request_animation_frame(move || dom::focus(&id));
}
