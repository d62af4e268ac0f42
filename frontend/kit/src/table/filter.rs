//! What a list can be narrowed by, and the control for it. The key is the query parameter's name.

use crate::{
    form::source::Source,
    format::{self, sentence},
};
use std::sync::Arc;
use wire::Resource;

type Options = Arc<dyn Fn() -> Vec<(String, String)> + Send + Sync>;

/// How a filter is set.
#[derive(Clone)]
pub(crate) enum Control {
    /// Any of some words, or one of them.
    Choice { options: Options, many: bool },
    /// On or absent.
    Flag,
    /// A range of days: two parameters, `_from` and `_to`.
    Dates {
        from: &'static str,
        to: &'static str,
    },
    /// One thing of another list.
    Pick(Source),
    /// Anything that is typed; an example of it.
    Typed(&'static str),
}

/// A filter.
#[derive(Clone)]
pub struct By {
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    pub(crate) control: Control,
}

/// Any of the words of an enumeration.
pub fn choice(key: &'static str, label: &'static str, words: &'static [&'static str]) -> By {
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
            many: true,
        },
    }
}

/// Yes or no, in words of their own: `yes_no("is_active", "Sale", "On sale", "Not on sale")`.
pub fn yes_no(key: &'static str, label: &'static str, yes: &'static str, no: &'static str) -> By {
    let options = move || {
        vec![
            ("true".to_owned(), yes.to_owned()),
            ("false".to_owned(), no.to_owned()),
        ]
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

/// On, or not asked for.
pub fn flag(key: &'static str, label: &'static str) -> By {
    By {
        key,
        label,
        control: Control::Flag,
    }
}

/// A range of days, such as `dates("created_at_from", "created_at_to", "Created")`.
pub fn dates(from: &'static str, to: &'static str, label: &'static str) -> By {
    By {
        key: from,
        label,
        control: Control::Dates { from, to },
    }
}

/// A country or a group of them.
pub fn place(key: &'static str, label: &'static str) -> By {
    By {
        key,
        label,
        control: Control::Choice {
            options: Arc::new(crate::form::places::options),
            many: false,
        },
    }
}

/// A country, and no group of them.
pub fn country(key: &'static str, label: &'static str) -> By {
    let countries = || {
        let all = crate::form::places::options().into_iter();
        all.filter(|(code, _)| code.len() == 2).collect()
    };
    By {
        key,
        label,
        control: Control::Choice {
            options: Arc::new(countries),
            many: false,
        },
    }
}

/// One thing of another list, found by typing.
pub fn picked<R: Resource>(key: &'static str, label: &'static str) -> By {
    By {
        key,
        label,
        control: Control::Pick(Source::of::<R>()),
    }
}

impl By {
    /// What a value says on a chip. For a thing of another list, its id, until its name is known.
    pub(crate) fn says(&self, value: &str) -> String {
        match &self.control {
            Control::Choice { options, .. } => {
                let options = options();
                let name = |word: &str| {
                    options
                        .iter()
                        .find(|(known, _)| known == word)
                        .map_or_else(|| unknown(word), |(_, label)| label.clone())
                };
                value.split(',').map(name).collect::<Vec<_>>().join(", ")
            }
            Control::Flag => "Yes".to_owned(),
            Control::Dates { .. } | Control::Pick(_) | Control::Typed(_) => value.to_owned(),
        }
    }
}

/// A word that is not among the choices: a moment, or a word of the API.
fn unknown(word: &str) -> String {
    let time = chrono::DateTime::parse_from_rfc3339(word).ok();
    time.map_or_else(|| sentence(word), |time| format::moment(time.to_utc()))
}

/// A range as a chip says it; the end of the day before the half-open end.
pub(crate) fn range(from: Option<&str>, to: Option<&str>) -> String {
    let read = |text: &str| {
        chrono::DateTime::parse_from_rfc3339(text)
            .ok()
            .map(|time| time.to_utc())
    };
    let from = from.and_then(read).map(format::date);
    let to = to
        .and_then(read)
        .and_then(|time| time.checked_sub_signed(chrono::TimeDelta::seconds(1)))
        .map(format::date);
    match (from, to) {
        (Some(from), Some(to)) if from == to => from,
        (Some(from), Some(to)) => format!("{from} – {to}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("until {to}"),
        (None, None) => "any time".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn chips_say_what_is_filtered() {
        assert_eq!(
            choice("status", "Status", &["needs_review", "paid"]).says("paid,needs_review"),
            "Paid, Needs review"
        );
        assert_eq!(
            yes_no("is_active", "Sale", "On sale", "Off sale").says("false"),
            "Off sale"
        );
        let midnight = |day: &str| format::from_local(day).map(|time| wire::Param::show(&time));
        let (from, to) = (midnight("2026-11-01T00:00"), midnight("2026-11-06T00:00"));
        assert_eq!(
            range(from.as_deref(), to.as_deref()),
            "1 Nov 2026 – 5 Nov 2026"
        );
        assert_eq!(range(None, to.as_deref()), "until 5 Nov 2026");
    }
}
