//! News at the bottom of the page. Good news leaves by itself, bad news stays until it is read.

use super::{Icon, icon};
use crate::api::Fault;
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

/// It worked.
pub fn good(text: impl Into<String>) {
    push(false, text.into(), None, None);
}

/// It worked, and can be taken back for a few seconds.
pub fn undoable(text: impl Into<String>, undo: impl Fn() + Send + Sync + 'static) {
    push(false, text.into(), None, Some(Arc::new(undo)));
}

/// It did not work.
pub fn bad(text: impl Into<String>) {
    push(true, text.into(), None, None);
}

/// A call failed.
pub fn fault(fault: &Fault) {
    push(
        true,
        fault.sentence(),
        fault.request_id().map(str::to_owned),
        None,
    );
}

fn push(bad: bool, text: String, request: Option<String>, undo: Option<Undo>) {
    let all = TOASTS.with(Clone::clone);
    let id = all.with_untracked(|all| all.last().map_or(0, |toast| toast.id.wrapping_add(1)));
    let stay = Duration::from_secs(if undo.is_some() { 10 } else { 5 });
    all.update(|all| {
        // Three are enough to read.
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

/// Where news appears. Stands once, in the shell.
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
    let sign = icon(if toast.bad {
        Icon::CircleAlert
    } else {
        Icon::CircleCheck
    });
    let request = toast
        .request
        .map(|request| view! { <small class="muted">"Request "{request}</small> });
    view! {
        <div class="toast" data-tone=if toast.bad { "bad" } else { "good" }>
            {sign}<p>{toast.text}{request}</p>{undo}
            <button type="button" class="btn quiet icon-only sm" aria-label="Dismiss" on:click=move |_| dismiss(id)>
                {icon(Icon::X)}</button>
        </div>
    }
    .into_any()
}
