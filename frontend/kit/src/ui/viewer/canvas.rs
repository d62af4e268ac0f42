//! The canvas of the image viewer: pointer, wheel, keys and buttons zoom, rotate and move the image.

use super::{
    File, save,
    view::{Pair, View},
};
use crate::{
    on_key,
    ui::{Icon, button::icon_button},
};
use leptos::{ev, html, prelude::*};

/// The distance of a step with the arrow keys, in pixels of the screen.
const NUDGE: i64 = 60;

#[derive(Clone, Copy)]
struct Canvas {
    view: RwSignal<View>,
    node: NodeRef<html::Div>,
    /// The last position of the pointer while it drags the image.
    held: RwSignal<Option<Pair>>,
}

impl Canvas {
    fn size(self) -> Pair {
        let node = self.node.get_untracked();
        node.map_or((1, 1), |node| {
            (node.client_width().into(), node.client_height().into())
        })
    }
    /// Zooms around the middle.
    fn zoom(self, steps: i64) {
        let _ = self
            .view
            .try_update(|view| *view = view.zoom_by(steps, (0, 0)));
    }
    /// Zooms around a point of the canvas.
    fn zoom_at(self, steps: i64, (x, y): Pair) {
        let (wide, high) = self.size();
        self.view.update(|view| {
            let point = view.image_distance((wide, high), (x - wide / 2, y - high / 2));
            *view = view.zoom_by(steps, point);
        });
    }
    fn pull(self, by: Pair) {
        let canvas = self.size();
        self.view
            .update(|view| *view = view.moved_by(view.image_distance(canvas, by)));
    }
    fn rotate(self, quarters: i64) {
        let _ = self.view.try_update(|view| *view = view.rotate(quarters));
    }
    fn fit(self) {
        let _ = self.view.try_update(|view| *view = view.fit());
    }
}

pub(super) fn canvas(text: String, file: File, url: String, view: View) -> AnyView {
    let canvas = Canvas {
        view: RwSignal::new(view),
        node: NodeRef::new(),
        held: RwSignal::new(None),
    };
    bind_shortcuts(canvas);
    let (drawn, named) = (drawing(canvas, url, text.clone()), text);
    let label = move || format!("{named}, {}", canvas.view.get().text());
    let wheel = move |event: ev::WheelEvent| {
        event.prevent_default();
        let steps = if event.delta_y() < 0.0 { 1 } else { -1 };
        canvas.zoom_at(steps, point(&event));
    };
    let hold = move |event: ev::PointerEvent| {
        if let Some(node) = canvas.node.get_untracked() {
            let _ = node.set_pointer_capture(event.pointer_id());
        }
        canvas.held.set(Some(point(&event)));
    };
    let pull = move |event: ev::PointerEvent| {
        let Some((x, y)) = canvas.held.get_untracked() else {
            return;
        };
        let now = point(&event);
        canvas.held.set(Some(now));
        canvas.pull((now.0 - x, now.1 - y));
    };
    view! {
        <div class="viewer">
            {tools(canvas, file)}
            <div class="canvas" node_ref=canvas.node tabindex="0" role="group" aria-label=label
                class:near={move || canvas.view.get().zoom > 100} class:held={move || canvas.held.with(Option::is_some)}
                on:wheel=wheel on:pointerdown=hold on:pointermove=pull on:keydown=move |event| arrows(canvas, &event)
                on:pointerup=move |_| canvas.held.set(None) on:pointercancel=move |_| canvas.held.set(None)
                on:dblclick=move |event| canvas.zoom_at(4, point(&event))>{drawn}</div>
        </div>
    }
    .into_any()
}

/// Draws an SVG, because its attributes set the position; the content security policy forbids inline styles.
fn drawing(canvas: Canvas, url: String, text: String) -> AnyView {
    let (width, height) = canvas.view.get_untracked().size;
    view! {
        <svg role="img" aria-label=text viewBox={move || canvas.view.get().frame()} preserveAspectRatio="xMidYMid meet">
            <g transform={move || canvas.view.get().transform()}>
                <image href=url width=width.to_string() height=height.to_string()/>
            </g>
        </svg>
    }
    .into_any()
}

fn tools(canvas: Canvas, file: File) -> AnyView {
    let share = move || format!("{} %", canvas.view.get().zoom);
    view! {
        <div class="viewer-tools" role="toolbar" aria-label="View">
            {icon_button("Zoom out (-)", Icon::ZoomOut, move || canvas.zoom(-1))}
            <span class="viewer-share" aria-live="polite">{share}</span>
            {icon_button("Zoom in (+)", Icon::ZoomIn, move || canvas.zoom(1))}
            {icon_button("Fit (0)", Icon::Maximize, move || canvas.fit())}
            {icon_button("Rotate left (R)", Icon::RotateCcw, move || canvas.rotate(-1))}
            {icon_button("Rotate right (r)", Icon::RotateCw, move || canvas.rotate(1))}
            <span class="spacer"></span>
            {icon_button("Download", Icon::Download, move || save(&file))}
        </div>
    }
    .into_any()
}

fn bind_shortcuts(canvas: Canvas) {
    on_key("+", "Zoom in", move || canvas.zoom(1));
    on_key("-", "Zoom out", move || canvas.zoom(-1));
    on_key("0", "Fit to the window", move || canvas.fit());
    on_key("r", "Rotate right", move || canvas.rotate(1));
    on_key("R", "Rotate left", move || canvas.rotate(-1));
}

/// Moves a zoomed image with the arrow keys while the canvas has the focus.
fn arrows(canvas: Canvas, event: &ev::KeyboardEvent) {
    let by = match event.key().as_str() {
        "ArrowLeft" => (NUDGE, 0),
        "ArrowRight" => (-NUDGE, 0),
        "ArrowUp" => (0, NUDGE),
        "ArrowDown" => (0, -NUDGE),
        _ => return,
    };
    if canvas.view.get_untracked().zoom > 100 {
        event.prevent_default();
        canvas.pull(by);
    }
}

/// Returns the position of an event on the canvas; no element on it takes events of its own.
fn point(event: &web_sys::MouseEvent) -> Pair {
    (event.offset_x().into(), event.offset_y().into())
}
