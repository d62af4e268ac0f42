//! Filters of a list and their controls. The key is the name of the query parameter.

use crate::{
    form::source::Source,
    format::{self, sentence},
};
use std::sync::Arc;
use wire::Resource;

type Options = Arc<dyn Fn() -> Vec<(String, String)> + Send + Sync>;

/// The control of a filter.
#[derive(Clone)]
pub(crate) enum Control {
    /// One or several of some values.
    Choice { options: Options, many: bool },
    /// On or absent.
    Flag,
    /// A range of days, with two parameters: `_from` and `_to`.
    Dates {
        from: &'static str,
        to: &'static str,
    },
    /// A record of a resource.
    Pick(Source),
    /// A typed text, with an example.
    Typed(&'static str),
}

/// A filter.
#[derive(Clone)]
pub struct ListFilter {
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    pub(crate) control: Control,
}

/// Makes a filter for any of the values of an enumeration.
pub fn choice(
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
            many: true,
        },
    }
}

/// Makes a filter for yes or no with own labels: `yes_no("is_active", "Availability", "On sale", "Not on sale")`.
pub fn yes_no(
    key: &'static str,
    label: &'static str,
    yes: &'static str,
    no: &'static str,
) -> ListFilter {
    let options = move || {
        vec![
            ("true".to_owned(), yes.to_owned()),
            ("false".to_owned(), no.to_owned()),
        ]
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

/// Makes a filter that is on or absent.
pub fn flag(key: &'static str, label: &'static str) -> ListFilter {
    ListFilter {
        key,
        label,
        control: Control::Flag,
    }
}

/// Makes a filter for a range of days, such as `dates("created_at_from", "created_at_to", "Created")`.
pub fn dates(from: &'static str, to: &'static str, label: &'static str) -> ListFilter {
    ListFilter {
        key: from,
        label,
        control: Control::Dates { from, to },
    }
}

/// Makes a filter for a country or a group.
pub fn region(key: &'static str, label: &'static str) -> ListFilter {
    ListFilter {
        key,
        label,
        control: Control::Choice {
            options: Arc::new(crate::form::region_picker::options),
            many: false,
        },
    }
}

/// Makes a filter for a country.
pub fn country(key: &'static str, label: &'static str) -> ListFilter {
    let countries = || {
        let all = crate::form::region_picker::options().into_iter();
        all.filter(|(code, _)| code.len() == 2).collect()
    };
    ListFilter {
        key,
        label,
        control: Control::Choice {
            options: Arc::new(countries),
            many: false,
        },
    }
}

/// Makes a filter for a record of a resource, found by typing.
pub fn picked<R: Resource>(key: &'static str, label: &'static str) -> ListFilter {
    ListFilter {
        key,
        label,
        control: Control::Pick(Source::resource::<R>()),
    }
}

/// Makes a filter for a record of a source, such as the staff members among the users.
pub fn picked_from(key: &'static str, label: &'static str, source: Source) -> ListFilter {
    ListFilter {
        key,
        label,
        control: Control::Pick(source),
    }
}

impl ListFilter {
    /// Formats a value for a chip. For a record it returns the id; the chip replaces it with the name.
    pub(crate) fn describe(&self, value: &str) -> String {
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

/// Formats a value that is not among the choices: a moment, or a value of the API.
fn unknown(word: &str) -> String {
    let time = chrono::DateTime::parse_from_rfc3339(word).ok();
    time.map_or_else(|| sentence(word), |time| format::moment(time.to_utc()))
}

/// Formats a range for a chip; the shown end is the last day of the half-open range.
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
    fn chips_describe_active_filters() {
        assert_eq!(
            choice("status", "Status", &["needs_review", "paid"]).describe("paid,needs_review"),
            "Paid, Needs review"
        );
        assert_eq!(
            yes_no("is_active", "Sale", "On sale", "Off sale").describe("false"),
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
