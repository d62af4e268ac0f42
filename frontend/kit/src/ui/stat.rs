//! A number that matters, against what it was before.

use super::{Icon, icon};
use leptos::prelude::*;

/// Which direction of a number is good news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Good {
    /// Sales.
    Up,
    /// Open tickets.
    Down,
    /// It just is.
    Neither,
}

/// A number with its change, such as `+4.0%`, which is green only where that direction is good.
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
        let sign = icon(if falls {
            Icon::TrendingDown
        } else {
            Icon::TrendingUp
        });
        view! { <span class="change" data-tone=tone>{sign}{change}</span> }
    });
    let body = view! { <span class="stat-name">{name}</span><span class="stat-value">{value}</span>{change} };
    match href {
        Some(href) => view! { <a class="card stat" href=href>{body}</a> }.into_any(),
        None => view! { <div class="card stat">{body}</div> }.into_any(),
    }
}
