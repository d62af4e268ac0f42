//! Acts that need a little form: one button each, and below them the one that was pressed.

use super::Look;
use leptos::prelude::*;
use std::sync::Arc;

/// Closes what was unfolded.
pub type Close = Arc<dyn Fn() + Send + Sync>;

/// One of them.
#[derive(Clone)]
pub struct Unfold {
    /// The word on its button.
    pub label: &'static str,
    /// How its button looks.
    pub look: Look,
    /// What is unfolded; it may close itself.
    pub body: Arc<dyn Fn(Close) -> AnyView + Send + Sync>,
}

/// Draws the buttons, or in their place what was pressed.
pub fn unfold(all: Vec<Unfold>) -> AnyView {
    let open = RwSignal::new(None::<usize>);
    let all = Arc::new(all);
    (move || match open.get().and_then(|place| all.get(place).cloned()) {
        Some(chosen) => {
            let close: Close = Arc::new(move || {
                let _ = open.try_set(None);
            });
            let cancel = Arc::clone(&close);
            view! {
                <section class="unfolded" aria-label=chosen.label><header class="card-head"><h3>{chosen.label}</h3>
                    <button type="button" class="btn quiet sm" on:click=move |_| cancel()>"Cancel"</button></header>
                    {(chosen.body)(close)}</section>
            }
            .into_any()
        }
        None => {
            let one = |(place, each): (usize, &Unfold)| {
                view! { <button type="button" class=each.look.class() on:click=move |_| open.set(Some(place))>
                    {each.label}</button> }
            };
            view! { <div class="actions">{all.iter().enumerate().map(one).collect_view()}</div> }.into_any()
        }
    })
    .into_any()
}
