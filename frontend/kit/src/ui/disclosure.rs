//! Actions that need a small form: one button each, and the form of the pressed one in their place.

use super::ButtonVariant;
use leptos::prelude::*;
use std::sync::Arc;

/// Closes the open form.
pub type Close = Arc<dyn Fn() + Send + Sync>;

/// An action with its form.
#[derive(Clone)]
pub struct Disclosure {
    /// The label of the button.
    pub label: &'static str,
    /// The variant of the button.
    pub variant: ButtonVariant,
    /// The form; it may close itself.
    pub body: Arc<dyn Fn(Close) -> AnyView + Send + Sync>,
}

/// Draws the buttons, or the form of the pressed one.
pub fn disclosures(all: Vec<Disclosure>) -> AnyView {
    let open = RwSignal::new(None::<usize>);
    let all = Arc::new(all);
    (move || match open.get().and_then(|index| all.get(index).cloned()) {
        Some(chosen) => {
            let close: Close = Arc::new(move || {
                let _ = open.try_set(None);
            });
            let cancel = Arc::clone(&close);
            view! {
                <section class="disclosure" aria-label=chosen.label><header class="card-head"><h3>{chosen.label}</h3>
                    <button type="button" class="btn quiet sm" on:click=move |_| cancel()>"Cancel"</button></header>
                    {(chosen.body)(close)}</section>
            }
            .into_any()
        }
        None => {
            let one = |(index, each): (usize, &Disclosure)| {
                view! { <button type="button" class=each.variant.class() on:click=move |_| open.set(Some(index))>
                    {each.label}</button> }
            };
            view! { <div class="actions">{all.iter().enumerate().map(one).collect_view()}</div> }.into_any()
        }
    })
    .into_any()
}
