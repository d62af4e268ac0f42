//! A button that opens a window along the right edge, with more about the thing beside it.

use super::{Icon, button::icon_button, drawer, modal::Body};
use leptos::prelude::*;

/// Draws the button; the window is filled when it opens.
pub fn side(name: String, sign: Icon, title: String, body: Body) -> AnyView {
    let open = RwSignal::new(false);
    view! { {icon_button(name, sign, move || open.set(true))}{drawer(open, title, body)} }
        .into_any()
}
