//! A field to drop or choose a file.

use super::{Icon, icon::sized_icon};
use leptos::{ev::DragEvent, html, prelude::*};
use web_sys::File;

/// A chosen file, kept until the page is removed.
pub type Chosen = RwSignal<Option<File>, LocalStorage>;

/// Draws the field for one file. `accept` lists the types that the browser's file dialog offers, such as
/// `.csv,.json`.
pub fn file_drop(
    id: &'static str,
    accept: &'static str,
    hint: &'static str,
    chosen: Chosen,
) -> AnyView {
    let over = RwSignal::new(false);
    let input = NodeRef::<html::Input>::new();
    let dropped = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if let Some(file) = event
            .data_transfer()
            .and_then(|data| data.files())
            .and_then(|files| files.get(0))
        {
            chosen.set(Some(file));
        }
    };
    let picked = move |_| {
        let Some(input) = input.get_untracked() else {
            return;
        };
        let file = input.files().and_then(|files| files.get(0));
        // Cleared, so that the user can choose the same file again after a correction.
        input.set_value("");
        if file.is_some() {
            chosen.set(file);
        }
    };
    let named = move || chosen.with(|file| file.as_ref().map(|file| (file.name(), size(file))));
    view! {
        <label class="drop" for=id class:over={move || over.get()}
            on:dragover=move |event| { event.prevent_default(); over.set(true); }
            on:dragleave=move |_| over.set(false) on:drop=dropped>
            <input id=id node_ref=input type="file" class="sr-only" accept=accept on:change=picked/>
            {sized_icon(Icon::FileUp, 20)}
            {move || match named() {
                Some((name, size)) => view! { <strong>{name}</strong><span class="muted">
                    {size}" · choose another to replace it"</span> }.into_any(),
                None => view! { <strong>"Drop a file here, or choose one"</strong><span class="muted">{hint}</span> }.into_any(),
            }}
        </label>
    }
    .into_any()
}

fn size(file: &File) -> String {
    // The browser counts whole bytes but passes them as a float.
    let bytes: i64 = format!("{:.0}", file.size()).parse().unwrap_or_default();
    match bytes {
        0..1000 => format!("{bytes} bytes"),
        1000..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
