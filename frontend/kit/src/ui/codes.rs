//! Codes that are shown once, such as recovery codes: the user copies or downloads them.

use super::{ButtonVariant, Icon, button};
use crate::{api::save, toast};
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Draws the codes. `file` is the name of the download.
pub fn codes(all: Vec<String>, file: &'static str) -> AnyView {
    let text = StoredValue::new(all.join("\n"));
    let copy = move || {
        leptos::task::spawn_local(async move {
            let clipboard = window().navigator().clipboard();
            match JsFuture::from(clipboard.write_text(&text.get_value())).await {
                Ok(_) => toast::good("Codes copied"),
                Err(_) => toast::bad("The browser did not allow copying."),
            }
        });
    };
    let keep = move || save(&text.get_value(), file);
    let each = |code: String| view! { <li><code>{code}</code></li> };
    view! {
        <ul class="codes">{all.into_iter().map(each).collect_view()}</ul>
        <div class="actions">{button("Copy", ButtonVariant::Plain, Some(Icon::Copy), copy)}
            {button("Download", ButtonVariant::Plain, Some(Icon::Download), keep)}</div>
    }
    .into_any()
}
