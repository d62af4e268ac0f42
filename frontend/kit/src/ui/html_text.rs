//! A text that the server has rendered as HTML.

use leptos::prelude::*;

/// Draws HTML that the server has sanitized. Text of users must never reach this function without the server.
pub fn html_text(html: String) -> AnyView {
    view! { <div class="html-text" inner_html=html></div> }.into_any()
}
