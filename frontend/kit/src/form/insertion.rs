//! A finder whose choices are used at once, such as a text to insert. It is empty again after each choice.

use super::{combobox::combobox, source::Source};
use crate::ids;
use leptos::prelude::*;

/// Draws the finder. `insert` gets the id of each choice.
pub fn insertion(
    label: &'static str,
    source: Source,
    insert: impl Fn(String) + Send + Sync + Clone + 'static,
) -> AnyView {
    let count = RwSignal::new(0_u32);
    let id = ids::element_id("insert");
    let named = id.clone();
    let finder = move || {
        count.track();
        let insert = insert.clone();
        let none = Signal::derive(|| None);
        combobox(id.clone(), label, source.clone(), none, move |found| {
            if let Some(found) = found {
                insert(found);
                count.update(|count| *count = count.wrapping_add(1));
            }
        })
    };
    view! { <div class="field"><label for=named>{label}</label>{finder}</div> }.into_any()
}
