//! Choosing several of many: what is chosen as chips, and a box to find another.

use super::{combobox::combobox, source::Source};
use crate::{
    chance,
    ui::{Icon, icon::sized},
};
use leptos::prelude::*;

/// Draws the chips and the box. The box is made anew after each choice, and keeps the focus that it had.
pub(crate) fn several(
    id: String,
    name: &'static str,
    source: Source,
    chosen: Signal<Vec<String>>,
    set: impl Fn(Vec<String>) + Send + Sync + Clone + 'static,
) -> AnyView {
    let count = Memo::new(move |_| chosen.with(Vec::len));
    let is_typed = StoredValue::new(false);
    let named = source.clone();
    let remove = set.clone();
    let chip = move |known: String| {
        let (remove, out) = (remove.clone(), known.clone());
        let drop = move |_| {
            let mut ids = chosen.get_untracked();
            ids.retain(|id| *id != out);
            remove(ids);
        };
        let label = chance::element_id("chip");
        let by = label.clone();
        view! {
            <li class="chip"><span id=label>{named.name_of(known)}</span>
                <button type="button" aria-label="Remove" aria-describedby=by on:click=drop>{sized(Icon::X, 14)}</button></li>
        }
    };
    let add = move |found: Option<String>| {
        let mut ids = chosen.get_untracked();
        if let Some(found) = found.filter(|found| !ids.contains(found)) {
            ids.push(found);
            is_typed.set_value(true);
            set(ids);
        }
    };
    let find = move || {
        count.track();
        let none = Signal::derive(|| None);
        let drawn = combobox(id.clone(), name, source.clone(), none, add.clone());
        if is_typed.get_value() {
            let id = id.clone();
            request_animation_frame(move || {
                if let Some(of) = document().active_element()
                    && of.tag_name().eq_ignore_ascii_case("body")
                {
                    crate::dom::focus(&id);
                }
            });
        }
        drawn
    };
    view! {
        <div class="several">
            <ul class="places-chosen" aria-label="Chosen">{move || chosen.get().into_iter().map(&chip).collect_view()}</ul>
            {find}
        </div>
    }
    .into_any()
}
