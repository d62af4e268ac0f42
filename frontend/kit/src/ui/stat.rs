//! A key figure and its change.

use super::{Icon, icon_view};
use leptos::prelude::*;

/// The direction in which a figure improves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Good {
    /// Up, such as sales.
    Up,
    /// Down, such as open tickets.
    Down,
    /// Neither.
    Neither,
}

/// Draws a figure with its change, such as `+4.0%`, which is green only if the figure improves.
pub fn stat(
    name: impl Into<String>,
    value: impl Into<String>,
    change: Option<String>,
    good: Good,
    href: Option<String>,
) -> AnyView {
    let (name, value): (String, String) = (name.into(), value.into());
    let change = change.map(|change| {
        let falls = change.starts_with(['-', '−']);
        let tone = match (good, falls) {
            (Good::Neither, _) => "neutral",
            (Good::Up, false) | (Good::Down, true) => "good",
            _ => "bad",
        };
        let icon = icon_view(if falls {
            Icon::TrendingDown
        } else {
            Icon::TrendingUp
        });
        view! { <span class="change" data-tone=tone>{icon}{change}</span> }
    });
    let body = view! { <span class="stat-name">{name}</span><span class="stat-value">{value}</span>{change} };
    match href {
        Some(href) => view! { <a class="card stat" href=href>{body}</a> }.into_any(),
        None => view! { <div class="card stat">{body}</div> }.into_any(),
    }
}
