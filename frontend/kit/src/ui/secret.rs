//! A secret that stays masked until the user reveals it.

use super::{Icon, copyable, icon_view};
use crate::{Task, api::ApiError, toast};
use leptos::prelude::*;
use std::sync::Arc;

/// Draws the mask and a button. The server logs every access; the panel keeps nothing.
pub fn secret(
    mask: impl Into<String>,
    open: impl Fn() -> Task<Result<String, ApiError>> + Send + Sync + 'static,
) -> AnyView {
    let mask: String = mask.into();
    let (shown, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let open = Arc::new(open);
    let reveal = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let request = open();
        leptos::task::spawn_local(async move {
            match request.await {
                Ok(text) => drop(shown.try_set(Some(text))),
                Err(error) => toast::error(&error),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <div class="secret">
            {move || match shown.get() {
                Some(text) => copyable(text),
                None => view! { <code class="masked">{mask.clone()}</code> }.into_any(),
            }}
            {move || match shown.with(Option::is_some) {
                true => view! { <button type="button" class="btn sm" on:click=move |_| shown.set(None)>
                    {icon_view(Icon::EyeOff)}<span>"Hide"</span></button> }.into_any(),
                false => view! { <button type="button" class="btn sm" aria-busy={move || busy.get().to_string()}
                    on:click=reveal.clone()>{icon_view(Icon::Eye)}<span>"Reveal"</span></button> }.into_any(),
            }}
        </div>
    }
    .into_any()
}
