//! A secret that stays masked until somebody opens it on purpose.

use super::{Icon, copyable, icon};
use crate::{Task, api::Fault, toast};
use leptos::prelude::*;
use std::sync::Arc;

/// Shows the mask and a button. The opening is asked of the server each time, which logs it; the panel keeps nothing.
pub fn secret(
    mask: impl Into<String>,
    open: impl Fn() -> Task<Result<String, Fault>> + Send + Sync + 'static,
) -> AnyView {
    let mask: String = mask.into();
    let (shown, busy) = (RwSignal::new(None::<String>), RwSignal::new(false));
    let open = Arc::new(open);
    let reveal = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let asked = open();
        leptos::task::spawn_local(async move {
            match asked.await {
                Ok(text) => drop(shown.try_set(Some(text))),
                Err(fault) => toast::fault(&fault),
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
                    {icon(Icon::EyeOff)}<span>"Hide"</span></button> }.into_any(),
                false => view! { <button type="button" class="btn sm" aria-busy={move || busy.get().to_string()}
                    on:click=reveal.clone()>{icon(Icon::Eye)}<span>"Reveal"</span></button> }.into_any(),
            }}
        </div>
    }
    .into_any()
}
