//! A panel that opens under its button and closes on Escape, on a click outside, or when focus leaves it.

use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// A button with its panel.
pub struct Popover {
    /// The name of the button, if its content is not a name.
    pub name: Option<String>,
    /// The button's class.
    pub class: &'static str,
    /// Whether the panel aligns with the right edge of its button.
    pub to_left: bool,
    /// The ARIA role of the panel: `dialog`, `menu`.
    pub role: &'static str,
    /// Draws the button's content.
    pub button: Arc<dyn Fn() -> AnyView + Send + Sync>,
    /// Draws the panel's content, which may close the panel.
    pub panel: Arc<dyn Fn(RwSignal<bool>) -> AnyView + Send + Sync>,
}

impl Popover {
    /// Draws the closed popover. The panel itself can have the focus: otherwise a click between its controls would
    /// move the focus out and close it.
    pub fn view(self) -> AnyView {
        let open = RwSignal::new(false);
        let root = NodeRef::<html::Div>::new();
        close_outside(root, open);
        Effect::new(move |before: Option<bool>| {
            let now = open.get();
            if now && before == Some(false) {
                request_animation_frame(move || focus_first(root));
            }
            now
        });
        let keys = move |event: ev::KeyboardEvent| {
            if event.key() == "Escape" && open.get_untracked() {
                event.stop_propagation();
                open.set(false);
                focus_button(root);
            }
        };
        let Self {
            name,
            class,
            to_left,
            role,
            button,
            panel,
        } = self;
        let panel_name = name.clone();
        view! {
            <div class="popover" node_ref=root on:keydown=keys>
                <button type="button" class=class aria-label=name.clone() title=name aria-haspopup=role
                    aria-expanded={move || open.get().to_string()}
                    on:click=move |_| open.update(|open| *open = !*open)>{button()}</button>
                {move || open.get().then(|| view! {
                    <div class="panel" tabindex="-1" class:to-left=to_left role=role aria-label=panel_name.clone()>
                        {panel(open)}</div>
                })}
            </div>
        }
        .into_any()
    }
}

fn close_outside(root: NodeRef<html::Div>, open: RwSignal<bool>) {
    let inside = move |event: &web_sys::Event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        root.get_untracked()
            .is_none_or(|root| root.contains(target.as_ref()))
    };
    let shut = move |event: &web_sys::Event| {
        if open.try_get_untracked() == Some(true) && !inside(event) {
            open.set(false);
        }
    };
    let pointer = window_event_listener(ev::pointerdown, move |event| shut(&event));
    let focus = window_event_listener(ev::focusin, move |event| shut(&event));
    on_cleanup(move || {
        pointer.remove();
        focus.remove();
    });
}

fn focus_first(root: NodeRef<html::Div>) {
    const CAN: &str =
        ".panel [autofocus], .panel input, .panel [role^=menuitem], .panel button, .panel a";
    let first = root
        .get_untracked()
        .and_then(|root| root.query_selector(CAN).ok()?);
    if let Some(first) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = first.focus();
    }
}

fn focus_button(root: NodeRef<html::Div>) {
    let button = root
        .get_untracked()
        .and_then(|root| root.query_selector("button").ok()?);
    if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = button.focus();
    }
}
