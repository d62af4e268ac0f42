//! The help window: every key that acts on this page.

use crate::{keys, ui::modal};
use leptos::prelude::*;
use std::sync::Arc;

pub(super) fn help(open: RwSignal<bool>) -> AnyView {
    let body = || {
        let one = |(key, says): (&'static str, String)| {
            view! { <div class="fact"><dt>{says}</dt><dd><kbd>
            {key}</kbd></dd></div> }
        };
        view! { <dl class="facts keys">{keys::all().into_iter().map(one).collect_view()}</dl> }
            .into_any()
    };
    modal(open, "Keyboard shortcuts", Arc::new(body))
}
