//! Amounts one under the other that add up to the last one.

use leptos::prelude::*;

/// One line of a sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The label.
    pub what: String,
    /// The formatted amount.
    pub amount: String,
    /// Whether the line is the sum of the lines above.
    pub is_total: bool,
}

/// Makes a line of a sum.
pub fn line(what: impl Into<String>, amount: impl Into<String>) -> Line {
    Line {
        what: what.into(),
        amount: amount.into(),
        is_total: false,
    }
}

/// Makes the line with the sum of the lines above it.
pub fn total(what: impl Into<String>, amount: impl Into<String>) -> Line {
    Line {
        is_total: true,
        ..line(what, amount)
    }
}

/// Draws the lines.
pub fn sums(lines: Vec<Line>) -> AnyView {
    let one = |line: Line| {
        view! { <div class="sum" class:total=line.is_total><dt>{line.what}</dt><dd>{line.amount}</dd></div> }
    };
    view! { <dl class="sums">{lines.into_iter().map(one).collect_view()}</dl> }.into_any()
}
