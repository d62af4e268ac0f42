//! The notice about filters that a list does not know. The list then shows more rows than the address requests, so bulk
//! actions and the export are off until the user removes these filters.

use super::list::List;
use crate::ui::{Look, button};
use leptos::prelude::*;

/// The error text of an export that is off.
pub(crate) const EXPORT_OFF: &str = "Export is off until the unknown filters are removed: the file would contain more rows than the link or view asks for.";

/// Draws the notice, with a button that removes the filters.
pub(crate) fn unknown(list: List) -> AnyView {
    let notice = move || {
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
    notice.into_any()
}
