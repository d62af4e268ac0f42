//! A text in Markdown, with a preview that the server renders.

use crate::{
    Task,
    api::ApiError,
    query::Latest,
    task,
    ui::{html_text, skeleton},
};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// Renders Markdown as sanitized HTML on the server.
pub type Render = Arc<dyn Fn(String) -> Task<Result<String, ApiError>> + Send + Sync>;

/// How the text is bound to its form.
pub struct MarkdownText {
    /// The id of the text box.
    pub id: String,
    /// The text.
    pub text: Signal<String>,
    /// Changes the text.
    pub set: Arc<dyn Fn(String) + Send + Sync>,
    /// Runs when the text box loses the focus.
    pub leave: Arc<dyn Fn() + Send + Sync>,
    /// Whether the text is invalid.
    pub wrong: Signal<Option<&'static str>>,
    /// The ids of the description.
    pub described: Signal<Option<String>>,
    /// The text box, for a page that focuses it.
    pub node: NodeRef<html::Textarea>,
}

/// Draws the text box and the switch between the text and its preview.
pub fn markdown_box(of: MarkdownText, render: Render) -> AnyView {
    let MarkdownText {
        id,
        text,
        set,
        leave,
        wrong,
        described,
        node,
    } = of;
    let is_shown = RwSignal::new(false);
    let rendered = RwSignal::new(None::<Result<String, ApiError>>);
    let latest = Latest::new();
    let preview = move |_| {
        is_shown.set(true);
        rendered.set(None);
        let work = render(text.get_untracked());
        latest.run(task(async move { rendered.set(Some(work.await)) }));
    };
    let write = move |_| {
        is_shown.set(false);
        latest.stop();
    };
    let shown = move || {
        is_shown.get().then(|| match rendered.get() {
            None => skeleton::lines(3),
            Some(Ok(html)) if html.trim().is_empty() => {
                view! { <p class="muted">"Nothing to preview."</p> }.into_any()
            }
            Some(Ok(html)) => html_text(html),
            Some(Err(error)) => {
                view! { <p class="banner" data-tone="bad">{error.sentence()}</p> }.into_any()
            }
        })
    };
    let pressed = move |preview: bool| (is_shown.get() == preview).to_string();
    view! {
        <div class="markdown">
            <div class="markdown-switch" role="group" aria-label="Text or preview">
                <button type="button" class="filter" aria-pressed={move || pressed(false)} on:click=write>"Write"</button>
                <button type="button" class="filter" aria-pressed={move || pressed(true)} on:click=preview>"Preview"</button>
            </div>
            <textarea id=id node_ref=node rows="6" class:hidden={move || is_shown.get()} prop:value={move || text.get()}
                on:input=move |event| set(event_target_value(&event)) on:blur=move |_| leave()
                aria-invalid={move || wrong.get()} aria-describedby={move || described.get()}></textarea>
            <div class="markdown-preview" aria-live="polite" class:hidden={move || !is_shown.get()}>{shown}</div>
        </div>
    }
    .into_any()
}
