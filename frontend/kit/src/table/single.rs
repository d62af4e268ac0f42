//! Filters that take one value of several.

use super::filter::{By, Control};
use crate::format::{self, sentence};
use chrono::{DurationRound, TimeDelta};
use std::sync::Arc;
use wire::Param;

/// One of some words.
pub fn one_of(key: &'static str, label: &'static str, words: &'static [&'static str]) -> By {
    let options = move || {
        words
            .iter()
            .map(|word| ((*word).to_owned(), sentence(word)))
            .collect()
    };
    By {
        key,
        label,
        control: Control::Choice {
            options: Arc::new(options),
            many: false,
        },
    }
}

/// Something that is typed, such as the id of a request; an example of it.
pub fn typed(key: &'static str, label: &'static str, example: &'static str) -> By {
    By {
        key,
        label,
        control: Control::Typed(example),
    }
}

/// What holds at a time near this one: `in_force("at", "In force")`. The minute is whole, so that an address can be shared.
pub fn in_force(key: &'static str, label: &'static str) -> By {
    let options = || {
        let now = format::now();
        let now = now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now);
        let at = |hours: i64, says: &str| {
            now.checked_add_signed(TimeDelta::hours(hours))
                .map(|time| (time.show(), says.to_owned()))
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
    By {
        key,
        label,
        control: Control::Choice {
            options: Arc::new(options),
            many: false,
        },
    }
}
