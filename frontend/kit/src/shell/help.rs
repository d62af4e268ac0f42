//! The help dialog: every shortcut of the current page.

use crate::{shortcuts, ui::modal};
use leptos::prelude::*;
use std::sync::Arc;

pub(super) fn help(open: RwSignal<bool>) -> AnyView {
    let body = || {
        let one = |(key, text): (&'static str, String)| {
            view! { <div class="fact"><dt>{text}</dt><dd><kbd>
            {key}</kbd></dd></div> }
        };
        view! { <dl class="facts keys">{shortcuts::all().into_iter().map(one).collect_view()}</dl> }
            .into_any()
    };
    modal(open, "Keyboard shortcuts", Arc::new(body))
}
