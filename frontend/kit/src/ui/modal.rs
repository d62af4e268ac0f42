//! Dialogs on the browser's own `<dialog>`, which provides the focus trap, Escape and inertness.

use super::{Icon, button::icon_button};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// Draws the content of a dialog.
pub type Body = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// Draws a dialog in the middle of the page.
pub fn modal(open: RwSignal<bool>, title: impl Into<String>, body: Body) -> AnyView {
    window("modal", open, title.into(), body)
}

/// Draws a dialog along the right edge.
pub fn drawer(open: RwSignal<bool>, title: impl Into<String>, body: Body) -> AnyView {
    window("drawer", open, title.into(), body)
}

fn window(class: &'static str, open: RwSignal<bool>, title: String, body: Body) -> AnyView {
    let node = NodeRef::<html::Dialog>::new();
    let id = crate::ids::element_id("window");
    let labelled = id.clone();
    follow(node, open);
    view! {
        <dialog class=class node_ref=node aria-labelledby=labelled on:close=move |_| open.set(false)
            on:click=move |event| { if event.target() == event.current_target() { open.set(false); } }>
            <div class="window">
                <header class="window-head"><h2 id=id>{title}</h2>
                    {icon_button("Close", Icon::X, move || open.set(false))}</header>
                {move || open.get().then(|| body())}
            </div>
        </dialog>
    }
    .into_any()
}

/// Opens and closes the element when the signal changes.
pub(crate) fn follow(node: NodeRef<html::Dialog>, open: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
}
