//! Facts that stay masked until the user gives a reason to reveal them.

use super::{
    Icon, Value,
    card::facts,
    dialog::{Question, Reason, ask},
    icon_view,
};
use crate::{Task, api::ApiError, task};
use leptos::prelude::*;
use std::sync::Arc;

/// Facts, each with its name.
pub type Facts = Vec<(&'static str, Value)>;

/// Draws the masked facts and a button. The server logs every access with its reason; the panel keeps nothing after
/// the user hides the facts again.
pub fn reveal_facts(
    masked: Facts,
    question: &'static str,
    text: &'static str,
    open: impl Fn(String) -> Task<Result<Facts, ApiError>> + Send + Sync + 'static,
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
            text: text.to_owned(),
            verb: "Reveal".to_owned(),
            danger: false,
            reason: Reason::Required,
            run: Arc::new(run),
        });
    };
    let button = move || {
        match shown.with(Option::is_some) {
        true => view! { <button type="button" class="btn sm" on:click=move |_| shown.set(None)>{icon_view(Icon::EyeOff)}
            <span>"Hide"</span></button> }.into_any(),
        false => view! { <button type="button" class="btn sm" on:click=reveal.clone()>{icon_view(Icon::Eye)}
            <span>"Reveal"</span></button> }.into_any(),
    }
    };
    view! {
        <div class="reveal-facts">
            <div aria-live="polite">{move || facts(shown.get().unwrap_or_else(|| masked.clone()))}</div>
            {button}
        </div>
    }
    .into_any()
}
