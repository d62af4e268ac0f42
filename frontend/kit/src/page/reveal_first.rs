//! A page that shows nothing before somebody has said why they want to see it.

use crate::{
    task,
    ui::{
        Icon, Look, Seal, button,
        dialog::{Question, ask},
        empty,
    },
};
use leptos::prelude::*;
use std::sync::Arc;

/// Says what is closed and offers to open it; then draws what the reason opens.
pub fn reveal_first(
    seal: Seal,
    title: &'static str,
    hint: &'static str,
    then: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let said = RwSignal::new(None::<String>);
    let question = move || {
        ask(Question {
            title: seal.title.to_owned(),
            says: seal.says.to_owned(),
            verb: seal.verb.to_owned(),
            danger: false,
            reason: seal.reason,
            run: Arc::new(move |reason| {
                let _ = said.try_set(Some(reason));
                task(async { Ok(()) })
            }),
        });
    };
    (move || match said.get() {
        Some(reason) => then(reason),
        None => {
            let open = button(seal.verb, Look::Primary, Some(Icon::Eye), question);
            view! { <div class="page form-page"><h1 class="sr-only">{title}</h1><div class="card">
            {empty(Icon::EyeOff, title, hint, Some(open))}</div></div> }
            .into_any()
        }
    })
    .into_any()
}
