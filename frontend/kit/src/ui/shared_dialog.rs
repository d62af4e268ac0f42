//! A dialog that appears once for all requests that wait for its answer.

use super::modal::follow;
use js_sys::{Function, Promise};
use leptos::{html, prelude::*};
use std::{cell::RefCell, thread::LocalKey};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// The state of such a dialog: whether it is open, and the requests that wait.
pub(super) struct SharedDialog {
    open: ArcRwSignal<bool>,
    waiting: RefCell<Vec<Function>>,
}

impl SharedDialog {
    /// Makes the state of a closed dialog.
    pub fn new() -> Self {
        Self {
            open: ArcRwSignal::new(false),
            waiting: RefCell::new(Vec::new()),
        }
    }
}

/// Opens the dialog, waits for the user, and tells whether they completed it.
pub(super) async fn ask(dialog: &'static LocalKey<SharedDialog>) -> bool {
    let answered = Promise::new(&mut |answer, _| {
        dialog.with(|dialog| dialog.waiting.borrow_mut().push(answer));
    });
    dialog.with(|dialog| dialog.open.clone()).set(true);
    JsFuture::from(answered)
        .await
        .is_ok_and(|yes| yes.is_truthy())
}

/// Closes the dialog and resumes every request that waits for it.
pub(super) fn answer(dialog: &'static LocalKey<SharedDialog>, yes: bool) {
    dialog.with(|dialog| dialog.open.clone()).set(false);
    // The list is taken first, because a resumed request may open the dialog again immediately.
    let waiting = dialog.with(|dialog| dialog.waiting.take());
    for call in waiting {
        let _ = call.call1(&JsValue::NULL, &JsValue::from_bool(yes));
    }
}

/// Draws the dialog, labelled by the elements `{id}` and `{id}-text` of its body. Closing it answers no.
pub(super) fn draw(
    dialog: &'static LocalKey<SharedDialog>,
    id: &'static str,
    body: fn() -> AnyView,
) -> AnyView {
    let is_open = dialog.with(|dialog| dialog.open.clone());
    is_open.set(false);
    let open = RwSignal::new(false);
    let node = NodeRef::<html::Dialog>::new();
    follow(node, open);
    Effect::new(move |_| open.set(is_open.get()));
    view! {
        <dialog class="modal narrow" node_ref=node aria-labelledby=id aria-describedby=format!("{id}-text")
            on:close=move |_| answer(dialog, false)>{move || open.get().then(body)}</dialog>
    }
    .into_any()
}
