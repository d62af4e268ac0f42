//! What a list says of filters that it does not understand. It shows more than the address asks for then, so nothing is
//! done with all of its rows until they are removed.

use super::list::List;
use crate::ui::{Look, button};
use leptos::prelude::*;

/// Why the list is not exported.
pub(crate) const EXPORT_OFF: &str = "Export is off until the unknown filters are removed: the file would hold more than was asked for.";

/// Draws the notice, with the way out.
pub(crate) fn unknown(list: List) -> AnyView {
    let said = move || {
        let names = list.asked.with(|asked| {
            let each = asked.unknown.iter();
            let each = each.map(|(key, value)| format!("{key}={value}"));
            each.collect::<Vec<_>>().join(", ")
        });
        (!names.is_empty()).then(|| {
            let remove = button("Remove unknown filters", Look::Plain, None, move || {
                list.ask(&list.asked.get_untracked().understood());
            });
            view! {
                <div class="banner list-notice" role="alert" data-tone="waiting"><p><strong>"Unknown filter: "</strong>{names}
                    ". The list is not narrowed by it and shows more rows than the link or view asks for."</p>{remove}</div>
            }
        })
    };
    said.into_any()
}
