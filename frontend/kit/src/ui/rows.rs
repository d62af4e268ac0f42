//! A short list: each row has an icon, a name, a description, and an action.

use super::{Icon, Tone, badge, icon_view};
use leptos::prelude::*;

/// One row.
pub struct Row {
    /// The icon.
    pub icon: Icon,
    /// The name.
    pub title: String,
    /// A badge beside the name.
    pub state: Option<(&'static str, Tone)>,
    /// The description, in one line.
    pub text: String,
    /// The text on hover.
    pub hint: Option<String>,
    /// The action.
    pub action: Option<AnyView>,
}

/// Draws the rows.
pub fn rows(all: Vec<Row>) -> AnyView {
    let one = |row: Row| {
        let state = row.state.map(|(word, tone)| badge(word, tone));
        view! {
            <li class="row"><span class="row-icon">{icon_view(row.icon)}</span>
                <div class="row-what"><p class="row-title" title=row.hint>{row.title}{state}</p><p class="muted">{row.text}</p></div>
                {row.action}</li>
        }
    };
    view! { <ul class="rows">{all.into_iter().map(one).collect_view()}</ul> }.into_any()
}
