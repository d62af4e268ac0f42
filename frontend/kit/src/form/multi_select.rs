//! A field for several choices: the selected ones as chips, and a combobox to add another.

use super::{combobox::combobox, source::Source};
use crate::{
    ids,
    ui::{Icon, icon::sized_icon},
};
use leptos::prelude::*;

/// Draws the chips and the combobox. The combobox is drawn again after each choice and keeps the focus.
pub(crate) fn multi_select(
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
        let label = ids::element_id("chip");
        let by = label.clone();
        view! {
            <li class="chip"><span id=label>{named.name_of(known)}</span>
                <button type="button" aria-label="Remove" aria-describedby=by on:click=drop>{sized_icon(Icon::X, 14)}</button></li>
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
        <div class="multi-select">
            <ul class="selected-chips" aria-label="Chosen">{move || chosen.get().into_iter().map(&chip).collect_view()}</ul>
            {find}
        </div>
    }
    .into_any()
}
