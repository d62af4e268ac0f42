//! What a page says when it has nothing to show, or could not get it.

use super::{Icon, copyable, icon::sized};
use crate::api::Fault;
use leptos::prelude::*;

/// Nothing here: what that means, what to do next, and the button for it.
pub fn empty(
    sign: Icon,
    title: impl Into<String>,
    hint: impl Into<String>,
    next: Option<AnyView>,
) -> AnyView {
    let (title, hint): (String, String) = (title.into(), hint.into());
    view! {
        <div class="empty">
            <span class="empty-sign">{sized(sign, 20)}</span>
            <h2>{title}</h2>
            <p>{hint}</p>
            {next.map(|next| view! { <div class="actions">{next}</div> })}
        </div>
    }
    .into_any()
}

/// It could not be loaded: why, the request to name, and a way to try again.
pub fn failure(fault: &Fault, again: impl Fn() + 'static) -> AnyView {
    let request = fault.request_id().map(str::to_owned);
    view! {
        <div class="empty" role="alert">
            <span class="empty-sign" data-tone="bad">{sized(Icon::TriangleAlert, 20)}</span>
            <h2>{fault.title()}</h2>
            {fault.advice().map(|advice| view! { <p>{advice}</p> })}
            {request.map(|id| view! { <p class="request">"Request "{copyable(id)}</p> })}
            <div class="actions"><button type="button" class="btn" on:click=move |_| again()>
                {sized(Icon::RefreshCw, 16)}<span>"Try again"</span></button></div>
        </div>
    }
    .into_any()
}
