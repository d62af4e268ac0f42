//! A page that shows nothing until the user has given a reason.

use crate::{
    task,
    ui::{
        ButtonVariant, Icon, Reveal, button,
        dialog::{Question, ask},
        empty,
    },
};
use leptos::prelude::*;
use std::sync::Arc;

/// Draws the hidden state with a button, and after the confirmation the view for the given reason.
pub fn reveal_page(
    options: Reveal,
    title: &'static str,
    hint: &'static str,
    then: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let given = RwSignal::new(None::<String>);
    let question = move || {
        ask(Question {
            title: options.title.to_owned(),
            text: options.text.to_owned(),
            verb: options.verb.to_owned(),
            danger: false,
            reason: options.reason,
            run: Arc::new(move |reason| {
                let _ = given.try_set(Some(reason));
                task(async { Ok(()) })
            }),
        });
    };
    (move || match given.get() {
        Some(reason) => then(reason),
        None => {
            let open = button(
                options.verb,
                ButtonVariant::Primary,
                Some(Icon::Eye),
                question,
            );
            view! { <div class="page form-page"><h1 class="sr-only">{title}</h1><div class="card">
            {empty(Icon::EyeOff, title, hint, Some(open))}</div></div> }
            .into_any()
        }
    })
    .into_any()
}
