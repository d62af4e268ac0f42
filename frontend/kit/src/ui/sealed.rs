//! Facts that stay masked until somebody says why they want to know.

use super::{
    Icon, Value,
    card::facts,
    dialog::{Question, Reason, ask},
    icon,
};
use crate::{Task, api::Fault, task};
use leptos::prelude::*;
use std::sync::Arc;

/// Facts, each with its name.
pub type Facts = Vec<(&'static str, Value)>;

/// Shows the masked facts and a button. The opening is asked of the server each time, with the reason, and is logged
/// there; the panel keeps nothing once they are hidden again.
pub fn sealed(
    masked: Facts,
    question: &'static str,
    says: &'static str,
    open: impl Fn(String) -> Task<Result<Facts, Fault>> + Send + Sync + 'static,
) -> AnyView {
    let shown = RwSignal::new(None::<Facts>);
    let open = Arc::new(open);
    let reveal = move |_| {
        let open = Arc::clone(&open);
        let run = move |reason: String| {
            let work = open(reason);
            task(async move {
                let opened = work.await?;
                drop(shown.try_set(Some(opened)));
                Ok(())
            })
        };
        ask(Question {
            title: question.to_owned(),
            says: says.to_owned(),
            verb: "Reveal".to_owned(),
            danger: false,
            reason: Reason::Required,
            run: Arc::new(run),
        });
    };
    let button = move || {
        match shown.with(Option::is_some) {
        true => view! { <button type="button" class="btn sm" on:click=move |_| shown.set(None)>{icon(Icon::EyeOff)}
            <span>"Hide"</span></button> }.into_any(),
        false => view! { <button type="button" class="btn sm" on:click=reveal.clone()>{icon(Icon::Eye)}
            <span>"Reveal"</span></button> }.into_any(),
    }
    };
    view! {
        <div class="sealed">
            <div aria-live="polite">{move || facts(shown.get().unwrap_or_else(|| masked.clone()))}</div>
            {button}
        </div>
    }
    .into_any()
}
