//! Empty states and error states.

use super::{Icon, copyable, icon::sized_icon};
use crate::api::ApiError;
use leptos::prelude::*;

/// Draws an empty state: a title, a hint, and a button for the next step.
pub fn empty(
    icon: Icon,
    title: impl Into<String>,
    hint: impl Into<String>,
    next: Option<AnyView>,
) -> AnyView {
    let (title, hint): (String, String) = (title.into(), hint.into());
    view! {
        <div class="empty">
            <span class="empty-icon">{sized_icon(icon, 20)}</span>
            <h2>{title}</h2>
            <p>{hint}</p>
            {next.map(|next| view! { <div class="actions">{next}</div> })}
        </div>
    }
    .into_any()
}

/// Draws an error state: the cause, the id of the request, and a button to try again.
pub fn failure(error: &ApiError, retry: impl Fn() + 'static) -> AnyView {
    let request = error.request_id().map(str::to_owned);
    view! {
        <div class="empty" role="alert">
            <span class="empty-icon" data-tone="bad">{sized_icon(Icon::TriangleAlert, 20)}</span>
            <h2>{error.title()}</h2>
            {error.advice().map(|advice| view! { <p>{advice}</p> })}
            {request.map(|id| view! { <p class="request">"Request "{copyable(id)}</p> })}
            <div class="actions"><button type="button" class="btn" on:click=move |_| retry()>
                {sized_icon(Icon::RefreshCw, 16)}<span>"Try again"</span></button></div>
        </div>
    }
    .into_any()
}
