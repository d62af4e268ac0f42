//! Filters that take a single value.

use super::filter::{Control, ListFilter};
use crate::format::{self, sentence};
use chrono::{DurationRound, TimeDelta};
use std::sync::Arc;
use wire::Param;

/// Makes a filter for one of some values.
pub fn one_of(
    key: &'static str,
    label: &'static str,
    words: &'static [&'static str],
) -> ListFilter {
    let options = move || {
        words
            .iter()
            .map(|word| ((*word).to_owned(), sentence(word)))
            .collect()
    };
    ListFilter {
        key,
        label,
        control: Control::Choice {
            options: Arc::new(options),
            many: false,
        },
    }
}

/// Makes a filter for a typed text, such as the id of a request, with an example.
pub fn typed(key: &'static str, label: &'static str, example: &'static str) -> ListFilter {
    ListFilter {
        key,
        label,
        control: Control::Typed(example),
    }
}

/// Makes a filter for what is effective at a time near now: `effective_at("at", "Active")`. The time is a whole
/// minute, so that the address can be shared.
pub fn effective_at(key: &'static str, label: &'static str) -> ListFilter {
    let options = || {
        let now = format::now();
        let now = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let at = |hours: i64, text: &str| {
            now.checked_add_signed(TimeDelta::hours(hours))
                .map(|time| (time.show(), text.to_owned()))
        };
        [
            at(0, "Now"),
            at(24 * 7, "In a week"),
            at(24 * 30, "In 30 days"),
            at(-24 * 30, "30 days ago"),
        ]
        .into_iter()
        .flatten()
        .collect()
    };
    ListFilter {
        key,
        label,
        control: Control::Choice {
            options: Arc::new(options),
            many: false,
        },
    }
}
