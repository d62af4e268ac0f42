//! A short list whose rows are more than cells: an icon, a name, what is said of it, and an act.

use super::{Icon, Tone, badge, icon};
use leptos::prelude::*;

/// One row.
pub struct Row {
    /// What kind of thing it is.
    pub sign: Icon,
    /// What it is called.
    pub title: String,
    /// A state beside the name.
    pub state: Option<(&'static str, Tone)>,
    /// What is said of it, in a line.
    pub says: String,
    /// More on hover.
    pub hint: Option<String>,
    /// What can be done with it.
    pub act: Option<AnyView>,
}

/// Draws them.
pub fn rows(all: Vec<Row>) -> AnyView {
    let one = |row: Row| {
        let state = row.state.map(|(word, tone)| badge(word, tone));
        view! {
            <li class="row"><span class="row-sign">{icon(row.sign)}</span>
                <div class="row-what"><p class="row-title" title=row.hint>{row.title}{state}</p><p class="muted">{row.says}</p></div>
                {row.act}</li>
        }
    };
    view! { <ul class="rows">{all.into_iter().map(one).collect_view()}</ul> }.into_any()
}
