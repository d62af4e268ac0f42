//! The notice about filters that a list does not know. The list then shows more rows than the address requests, so bulk
//! actions and the export are off until the user removes these filters.

use super::list::List;
use crate::ui::{ButtonVariant, button};
use leptos::prelude::*;

/// The error text of an export that is off.
pub(crate) const EXPORT_OFF: &str = "Export is off until the unknown filters are removed: the file would contain more rows than the link or view requests.";

/// Draws the notice, with a button that removes the filters.
pub(crate) fn unknown(list: List) -> AnyView {
    let notice = move || {
        let names = list.query.with(|query| {
            let each = query.unknown.iter();
            let each = each.map(|(key, value)| format!("{key}={value}"));
            each.collect::<Vec<_>>().join(", ")
        });
        (!names.is_empty()).then(|| {
            let remove = button("Remove unknown filters", ButtonVariant::Plain, None, move || {
                list.set_query(&list.query.get_untracked().without_unknown());
            });
            view! {
                <div class="banner list-notice" role="alert" data-tone="waiting"><p><strong>"Unknown filter: "</strong>{names}
                    ". The list ignores it and shows more rows than the link or view requests."</p>{remove}</div>
            }
        })
    };
    notice.into_any()
}
