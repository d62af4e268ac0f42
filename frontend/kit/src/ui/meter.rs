//! A bar that shows how much of a quota is used.

use leptos::prelude::*;

/// From this percentage on, the bar warns that little is left.
const NEARLY: i64 = 90;

/// Draws the bar. Screen readers read `label` instead.
pub fn meter(label: String, part: i64, whole: i64) -> AnyView {
    let percent = i128::from(part.max(0)) * 100 / i128::from(whole.max(1));
    let percent = i64::try_from(percent).unwrap_or(100).min(100);
    let tone = if percent >= NEARLY { "bad" } else { "good" };
    view! { <progress class="meter" max="100" value=percent.to_string() data-tone=tone aria-label=label></progress> }
        .into_any()
}
