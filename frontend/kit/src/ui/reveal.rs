//! Personal data or secrets that stay hidden until the user reveals them, with a reason where one is required. The
//! panel keeps nothing after the user hides them again.

use super::{
    ButtonVariant, Icon, button,
    dialog::{Question, Reason, ask},
};
use crate::{Task, api::ApiError, task};
use leptos::prelude::*;
use std::sync::Arc;

/// The signal of a detail page that tells its parts, such as the history, to load again.
#[derive(Clone, Copy)]
pub struct ChangedSignal(pub RwSignal<u32>);

/// The confirmation before the data is revealed.
#[derive(Debug, Clone, Copy)]
pub struct Reveal {
    /// The label of the button: `Reveal`.
    pub verb: &'static str,
    /// The question above the reason.
    pub title: &'static str,
    /// The consequences.
    pub text: &'static str,
    /// The input that the dialog requires.
    pub reason: Reason,
}

/// Draws the hidden view with a button, and the revealed view after the server has answered.
pub fn reveal<T: Clone + Send + Sync + 'static>(
    options: Reveal,
    closed: impl Fn() -> AnyView + Send + Sync + 'static,
    open: impl Fn(String) -> Task<Result<T, ApiError>> + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let shown = RwSignal::new(None::<T>);
    let changed = use_context::<ChangedSignal>();
    let open = Arc::new(open);
    let question = move || {
        let open = Arc::clone(&open);
        ask(Question {
            title: options.title.to_owned(),
            text: options.text.to_owned(),
            verb: options.verb.to_owned(),
            danger: false,
            reason: options.reason,
            run: Arc::new(move |reason| {
                let request = open(reason);
                task(async move {
                    let value = request.await?;
                    let _ = shown.try_set(Some(value));
                    if let Some(ChangedSignal(count)) = changed {
                        let _ = count.try_update(|count| *count = count.wrapping_add(1));
                    }
                    Ok(())
                })
            }),
        });
    };
    let question = Arc::new(question);
    (move || match shown.get() {
        None => {
            let question = Arc::clone(&question);
            let opener = button(
                options.verb,
                ButtonVariant::Plain,
                Some(Icon::Eye),
                move || question(),
            );
            view! { <div class="reveal">{closed()}<div class="actions">{opener}</div></div> }
                .into_any()
        }
        Some(value) => {
            let hide = button(
                "Hide",
                ButtonVariant::Plain,
                Some(Icon::EyeOff),
                move || {
                    shown.set(None);
                },
            );
            view! { <div class="reveal">{draw(value)}<div class="actions">{hide}</div></div> }
                .into_any()
        }
    })
    .into_any()
}
