//! Something that stays closed until somebody opens it on purpose and says why. The panel keeps nothing: closed again,
//! it is forgotten.

use super::{
    Icon, Look, button,
    dialog::{Question, Reason, ask},
};
use crate::{Task, api::Fault, task};
use leptos::prelude::*;
use std::sync::Arc;

/// Given by a page whose parts tell of what was done on it, such as its history.
#[derive(Clone, Copy)]
pub struct Told(pub RwSignal<u32>);

/// What is asked before the opening.
#[derive(Debug, Clone, Copy)]
pub struct Seal {
    /// The word on the button: `Reveal`.
    pub verb: &'static str,
    /// The question above the reason.
    pub title: &'static str,
    /// What follows.
    pub says: &'static str,
    /// Whether a reason is asked for.
    pub reason: Reason,
}

/// Shows the closed view with a button, and the open one once the server has answered.
pub fn opening<T: Clone + Send + Sync + 'static>(
    seal: Seal,
    closed: impl Fn() -> AnyView + Send + Sync + 'static,
    open: impl Fn(String) -> Task<Result<T, Fault>> + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let shown = RwSignal::new(None::<T>);
    let told = use_context::<Told>();
    let open = Arc::new(open);
    let question = move || {
        let open = Arc::clone(&open);
        ask(Question {
            title: seal.title.to_owned(),
            says: seal.says.to_owned(),
            verb: seal.verb.to_owned(),
            danger: false,
            reason: seal.reason,
            run: Arc::new(move |reason| {
                let asked = open(reason);
                task(async move {
                    let thing = asked.await?;
                    let _ = shown.try_set(Some(thing));
                    if let Some(Told(acts)) = told {
                        let _ = acts.try_update(|acts| *acts = acts.wrapping_add(1));
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
            let opener = button(seal.verb, Look::Plain, Some(Icon::Eye), move || question());
            view! { <div class="opening">{closed()}<div class="actions">{opener}</div></div> }
                .into_any()
        }
        Some(thing) => {
            let hide = button("Hide", Look::Plain, Some(Icon::EyeOff), move || {
                shown.set(None);
            });
            view! { <div class="opening">{draw(thing)}<div class="actions">{hide}</div></div> }
                .into_any()
        }
    })
    .into_any()
}
