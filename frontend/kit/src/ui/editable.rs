//! A line of a page that is edited in place.

use super::{Close, Icon, Tone, badge, button::icon_button, icon_view};
use leptos::prelude::*;
use std::sync::Arc;

/// A line that is edited in place.
pub struct Editable {
    /// The name; it also distinguishes the buttons of several lines.
    pub title: &'static str,
    /// The description.
    pub text: String,
    /// Badges beside the name.
    pub states: Vec<(&'static str, Tone)>,
    /// The current value.
    pub value: AnyView,
    /// A line below the value, such as since when it applies.
    pub note: AnyView,
    /// Further buttons.
    pub more: Option<AnyView>,
    /// The form; `None` if the user may not change the value.
    pub edit: Option<Arc<dyn Fn(Close) -> AnyView + Send + Sync>>,
}

/// Draws the lines one under the other.
pub fn editables(all: Vec<Editable>) -> AnyView {
    view! { <ul class="editables">{all.into_iter().map(line).collect_view()}</ul> }.into_any()
}

fn line(of: Editable) -> AnyView {
    let open = RwSignal::new(false);
    let states = of.states.into_iter().map(|(word, tone)| badge(word, tone));
    let states = states.collect_view();
    let about = view! {
        <div class="editable-about"><h3>{of.title}{states}</h3><p class="muted">{of.text}</p></div>
    };
    let pencil = of.edit.is_some().then(|| {
        icon_button(format!("Edit {}", of.title), Icon::Pencil, move || {
            open.set(true)
        })
    });
    let shown = view! {
        <div class="editable-now" class:hidden={move || open.get()}>
            <div class="editable-value">{of.value}<small class="muted">{of.note}</small></div>
            <div class="actions">{pencil}{of.more}</div>
        </div>
    };
    let form = move || {
        let edit = of.edit.clone().filter(|_| open.get())?;
        let close: Close = Arc::new(move || {
            let _ = open.try_set(false);
        });
        let cancel = Arc::clone(&close);
        let cancel = view! {
            <button type="button" class="btn quiet sm" on:click=move |_| cancel()>{icon_view(Icon::X)}<span>"Cancel"</span></button>
        };
        Some(view! { <div class="editable-form">{edit(close)}{cancel}</div> })
    };
    view! { <li class="editable">{about}{shown}{form}</li> }.into_any()
}
