//! A button whose act takes a moment: it says so, and says when the act failed.

use super::{Icon, Look, icon, toast};
use crate::{Task, api::Fault, task};
use leptos::prelude::*;

/// A button that acts, is busy until the answer comes, and tells what came of it.
pub fn task_button(
    label: &'static str,
    look: Look,
    sign: Option<Icon>,
    done: &'static str,
    run: impl Fn() -> Task<Result<(), Fault>> + 'static,
) -> AnyView {
    telling_button(label, look, sign, move || {
        let work = run();
        task(async move { work.await.map(|()| done.to_owned()) })
    })
}

/// The same, where what came of it is in the answer.
pub(crate) fn telling_button(
    label: &'static str,
    look: Look,
    sign: Option<Icon>,
    run: impl Fn() -> Task<Result<String, Fault>> + 'static,
) -> AnyView {
    let busy = RwSignal::new(false);
    let act = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let work = run();
        leptos::task::spawn_local(async move {
            match work.await {
                Ok(said) => toast::good(said),
                Err(fault) => toast::fault(&fault),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <button type="button" class=look.class() aria-busy={move || busy.get().to_string()} on:click=act>
            {sign.map(icon)}<span>{label}</span></button>
    }
    .into_any()
}
