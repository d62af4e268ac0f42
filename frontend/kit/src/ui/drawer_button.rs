//! A button that opens a side dialog with more about a record.

use super::{Icon, button::icon_button, drawer, modal::Body};
use leptos::prelude::*;

/// Draws the button; the dialog loads its content when it opens.
pub fn drawer_button(name: String, icon: Icon, title: String, body: Body) -> AnyView {
    let open = RwSignal::new(false);
    view! { {icon_button(name, icon, move || open.set(true))}{drawer(open, title, body)} }
        .into_any()
}
