//! Toasts at the bottom of the page. A success disappears after a few seconds, an error stays until the user closes
//! it.

use super::{Icon, icon_view};
use crate::api::ApiError;
use leptos::prelude::*;
use std::{sync::Arc, time::Duration};

type Undo = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Toast {
    id: u32,
    bad: bool,
    text: String,
    request: Option<String>,
    undo: Option<Undo>,
}

thread_local! { static TOASTS: ArcRwSignal<Vec<Toast>> = ArcRwSignal::new(Vec::new()); }

/// Shows a success.
pub fn good(text: impl Into<String>) {
    push(false, text.into(), None, None);
}

/// Shows a success with a button that undoes it for a few seconds.
pub fn undoable(text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
    push(false, text.into(), None, Some(Arc::new(undo)));
}

/// Shows an error.
pub fn bad(text: impl Into<String>) {
    push(true, text.into(), None, None);
}

/// Shows a failed request.
pub fn error(error: &ApiError) {
    push(
        true,
        error.sentence(),
        error.request_id().map(str::to_owned),
        None,
    );
}

fn push(bad: bool, text: String, request: Option<String>, undo: Option<Undo>) {
    let all = TOASTS.with(Clone::clone);
    let id = all.with_untracked(|all| all.last().map_or(0, |toast| toast.id.wrapping_add(1)));
    let stay = Duration::from_secs(if undo.is_some() { 10 } else { 5 });
    all.update(|all| {
        // At most three toasts are visible.
        if all.len() > 2 {
            all.remove(0);
        }
        all.push(Toast {
            id,
            bad,
            text,
            request,
            undo,
        });
    });
    if !bad {
        set_timeout(move || dismiss(id), stay);
    }
}

fn dismiss(id: u32) {
    TOASTS
        .with(Clone::clone)
        .update(|all| all.retain(|toast| toast.id != id));
}

/// Draws the toasts. The shell contains them once.
pub(crate) fn toaster() -> AnyView {
    let all = TOASTS.with(Clone::clone);
    view! {
        <div class="toaster" role="region" aria-label="Notifications" aria-live="polite">
            <For each={move || all.get()} key=|toast| toast.id children=one/>
        </div>
    }
    .into_any()
}

fn one(toast: Toast) -> AnyView {
    let id = toast.id;
    let undo = toast.undo.map(|undo| {
        let take_back = move |_| {
            undo();
            dismiss(id);
        };
        view! { <button type="button" class="btn sm" on:click=take_back>"Undo"</button> }
    });
    let icon = icon_view(if toast.bad {
        Icon::CircleAlert
    } else {
        Icon::CircleCheck
    });
    let request = toast
        .request
        .map(|request| view! { <small class="muted">"Request "{request}</small> });
    view! {
        <div class="toast" data-tone=if toast.bad { "bad" } else { "good" }>
            {icon}<p>{toast.text}{request}</p>{undo}
            <button type="button" class="btn quiet icon-only sm" aria-label="Dismiss" on:click=move |_| dismiss(id)>
                {icon_view(Icon::X)}</button>
        </div>
    }
    .into_any()
}
