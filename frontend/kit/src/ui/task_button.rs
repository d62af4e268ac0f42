//! A button whose action takes a moment: it shows that it is busy, and a toast reports the result.

use super::{ButtonVariant, Icon, icon_view, toast};
use crate::{Task, api::ApiError, task};
use leptos::prelude::*;

/// Draws a button that runs a task and reports `done` or the error.
pub fn task_button(
    label: &'static str,
    variant: ButtonVariant,
    icon: Option<Icon>,
    done: &'static str,
    run: impl Fn() -> Task<Result<(), ApiError>> + 'static,
) -> AnyView {
    result_button(label, variant, icon, move || {
        let work = run();
        task(async move { work.await.map(|()| done.to_owned()) })
    })
}

/// Draws such a button whose task returns the message.
pub(crate) fn result_button(
    label: &'static str,
    variant: ButtonVariant,
    icon: Option<Icon>,
    run: impl Fn() -> Task<Result<String, ApiError>> + 'static,
) -> AnyView {
    let busy = RwSignal::new(false);
    let action = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let work = run();
        leptos::task::spawn_local(async move {
            match work.await {
                Ok(message) => toast::good(message),
                Err(error) => toast::error(&error),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <button type="button" class=variant.class() aria-busy={move || busy.get().to_string()} on:click=action>
            {icon.map(icon_view)}<span>{label}</span></button>
    }
    .into_any()
}
