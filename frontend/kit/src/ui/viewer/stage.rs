//! The stage that a picture stands on: pointer, wheel, keys and buttons all do the same few things.

use super::{
    File, save,
    view::{Pair, View},
};
use crate::{
    on_key,
    ui::{Icon, button::icon_button},
};
use leptos::{ev, html, prelude::*};

/// A step with the arrow keys, on the screen.
const NUDGE: i64 = 60;

#[derive(Clone, Copy)]
struct Stage {
    view: RwSignal<View>,
    node: NodeRef<html::Div>,
    /// Where the pointer was last, while it holds the picture.
    held: RwSignal<Option<Pair>>,
}

impl Stage {
    fn size(self) -> Pair {
        let node = self.node.get_untracked();
        node.map_or((1, 1), |node| {
            (node.client_width().into(), node.client_height().into())
        })
    }
    /// Nearer or farther, around the middle.
    fn zoom(self, steps: i64) {
        let _ = self
            .view
            .try_update(|view| *view = view.nearer(steps, (0, 0)));
    }
    /// Nearer or farther, around a point of the stage.
    fn zoom_at(self, steps: i64, (x, y): Pair) {
        let (wide, high) = self.size();
        self.view.update(|view| {
            let point = view.within((wide, high), (x - wide / 2, y - high / 2));
            *view = view.nearer(steps, point);
        });
    }
    fn pull(self, by: Pair) {
        let stage = self.size();
        self.view
            .update(|view| *view = view.moved(view.within(stage, by)));
    }
    fn turn(self, quarters: i64) {
        let _ = self.view.try_update(|view| *view = view.turn(quarters));
    }
    fn fit(self) {
        let _ = self.view.try_update(|view| *view = view.fit());
    }
}

pub(super) fn stage(text: String, file: File, url: String, view: View) -> AnyView {
    let stage = Stage {
        view: RwSignal::new(view),
        node: NodeRef::new(),
        held: RwSignal::new(None),
    };
    keys(stage);
    let (drawn, named) = (drawing(stage, url, text.clone()), text);
    let label = move || format!("{named}, {}", stage.view.get().says());
    let wheel = move |event: ev::WheelEvent| {
        event.prevent_default();
        let steps = if event.delta_y() < 0.0 { 1 } else { -1 };
        stage.zoom_at(steps, point(&event));
    };
    let hold = move |event: ev::PointerEvent| {
        if let Some(node) = stage.node.get_untracked() {
            let _ = node.set_pointer_capture(event.pointer_id());
        }
        stage.held.set(Some(point(&event)));
    };
    let pull = move |event: ev::PointerEvent| {
        let Some((x, y)) = stage.held.get_untracked() else {
            return;
        };
        let now = point(&event);
        stage.held.set(Some(now));
        stage.pull((now.0 - x, now.1 - y));
    };
    view! {
        <div class="viewer">
            {tools(stage, file)}
            <div class="easel" node_ref=stage.node tabindex="0" role="group" aria-label=label
                class:near={move || stage.view.get().zoom > 100} class:held={move || stage.held.with(Option::is_some)}
                on:wheel=wheel on:pointerdown=hold on:pointermove=pull on:keydown=move |event| arrows(stage, &event)
                on:pointerup=move |_| stage.held.set(None) on:pointercancel=move |_| stage.held.set(None)
                on:dblclick=move |event| stage.zoom_at(4, point(&event))>{drawn}</div>
        </div>
    }
    .into_any()
}

/// A drawing, because its attributes say where things are; styles on elements are not allowed here.
fn drawing(stage: Stage, url: String, text: String) -> AnyView {
    let (width, height) = stage.view.get_untracked().size;
    view! {
        <svg role="img" aria-label=text viewBox={move || stage.view.get().frame()} preserveAspectRatio="xMidYMid meet">
            <g transform={move || stage.view.get().transform()}>
                <image href=url width=width.to_string() height=height.to_string()/>
            </g>
        </svg>
    }
    .into_any()
}

fn tools(stage: Stage, file: File) -> AnyView {
    let share = move || format!("{} %", stage.view.get().zoom);
    view! {
        <div class="viewer-tools" role="toolbar" aria-label="View">
            {icon_button("Zoom out (-)", Icon::ZoomOut, move || stage.zoom(-1))}
            <span class="viewer-share" aria-live="polite">{share}</span>
            {icon_button("Zoom in (+)", Icon::ZoomIn, move || stage.zoom(1))}
            {icon_button("Fit (0)", Icon::Maximize, move || stage.fit())}
            {icon_button("Turn left (R)", Icon::RotateCcw, move || stage.turn(-1))}
            {icon_button("Turn right (r)", Icon::RotateCw, move || stage.turn(1))}
            <span class="spacer"></span>
            {icon_button("Download", Icon::Download, move || save(&file))}
        </div>
    }
    .into_any()
}

fn keys(stage: Stage) {
    on_key("+", "Zoom in", move || stage.zoom(1));
    on_key("-", "Zoom out", move || stage.zoom(-1));
    on_key("0", "Fit to the window", move || stage.fit());
    on_key("r", "Turn right", move || stage.turn(1));
    on_key("R", "Turn left", move || stage.turn(-1));
}

/// While the stage has the focus, the arrows show another part of a picture that is near.
fn arrows(stage: Stage, event: &ev::KeyboardEvent) {
    let by = match event.key().as_str() {
        "ArrowLeft" => (NUDGE, 0),
        "ArrowRight" => (-NUDGE, 0),
        "ArrowUp" => (0, NUDGE),
        "ArrowDown" => (0, -NUDGE),
        _ => return,
    };
    if stage.view.get_untracked().zoom > 100 {
        event.prevent_default();
        stage.pull(by);
    }
}

/// Where on the stage an event is; nothing on it takes events of its own.
fn point(event: &web_sys::MouseEvent) -> Pair {
    (event.offset_x().into(), event.offset_y().into())
}
