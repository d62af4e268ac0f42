//! Times in the time zone of the business.

use super::{
    text::plural,
    zone::{self, Clock},
};
use chrono::{DateTime, Datelike, NaiveDateTime, Timelike, Utc};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Year, month from 0, day, hour, minute.
struct Parts(i32, u32, u32, u32, u32);

/// Returns the local date and time of the business at a moment.
fn parts(time: DateTime<Utc>) -> Parts {
    let local = time.naive_utc() + zone::offset(time);
    Parts(
        local.year(),
        local.month0(),
        local.day(),
        local.hour(),
        local.minute(),
    )
}

/// Returns the current time.
#[cfg(target_arch = "wasm32")]
pub fn now() -> DateTime<Utc> {
    let text = String::from(js_sys::Date::new_0().to_iso_string());
    DateTime::parse_from_rfc3339(&text)
        .map(|time| time.to_utc())
        .unwrap_or_default()
}
/// Returns the current time.
#[cfg(not(target_arch = "wasm32"))]
pub fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}

/// Formats a day: `17 Nov 2026`.
pub fn date(time: DateTime<Utc>) -> String {
    let Parts(year, month, day, ..) = parts(time);
    let month = usize::try_from(month)
        .ok()
        .and_then(|month| MONTHS.get(month))
        .copied()
        .unwrap_or_default();
    format!("{day} {month} {year}")
}

/// Formats a day and a time: `17 Nov 2026, 09:05`.
pub fn moment(time: DateTime<Utc>) -> String {
    let Parts(_, _, _, hour, minute) = parts(time);
    format!("{}, {hour:02}:{minute:02}", date(time))
}

/// Formats an exclusive end. An end at the start of a day is shown as the day before it, `5 Dec 2026`; any other as a moment.
pub fn until(end: DateTime<Utc>) -> String {
    let day = zone::day_of(end);
    if zone::day_start(day) == Some(end) {
        date(end - chrono::TimeDelta::seconds(1))
    } else {
        moment(end)
    }
}

/// Formats a moment in UTC: `2026-11-17 08:05:00 UTC`.
pub fn utc(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Formats the distance from now: `3 min ago`, `in 2 days`. Beyond a month, it returns the day.
pub fn ago(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = now.signed_duration_since(time).num_seconds();
    let span = match seconds.unsigned_abs() {
        0..45 => return "just now".to_owned(),
        45..90 => "1 min".to_owned(),
        past @ 90..3_570 => format!("{} min", (past + 30) / 60),
        past @ 3_570..84_600 => format!("{} h", (past + 1_800) / 3_600),
        past @ 84_600..2_592_000 => match (past + 43_200) / 86_400 {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        },
        _ => return date(time),
    };
    if seconds < 0 {
        format!("in {span}")
    } else {
        format!("{span} ago")
    }
}

/// Formats the distance to an end in days: `12 days left`, `Expired 12 days ago`.
pub fn distance(end: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = end.signed_duration_since(now);
    let days = |days: i64| plural(usize::try_from(days).unwrap_or(0), "day", "days");
    match (left.num_seconds() > 0, left.num_days()) {
        (true, 0) => "Less than a day left".to_owned(),
        (true, more) => format!("{} left", days(more)),
        (false, 0) => "Expired today".to_owned(),
        (false, past) => format!("Expired {} ago", days(past.saturating_neg())),
    }
}

/// Formats a moment for the browser's date and time input: `2026-11-17T09:05`.
pub fn local(time: DateTime<Utc>) -> String {
    let Parts(year, month, day, hour, minute) = parts(time);
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}", month + 1)
}

/// Parses the value of the browser's date and time input.
pub fn read_local(text: &str) -> Option<NaiveDateTime> {
    let with_seconds = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S");
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M")
        .or_else(|_| with_seconds())
        .ok()
}

/// Returns the first moment with this local time in the time zone of the business.
pub fn from_local(text: &str) -> Option<DateTime<Utc>> {
    match zone::clock(read_local(text)?) {
        Clock::Skipped => None,
        Clock::Once(at) | Clock::Twice(at, _) => Some(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text)
            .map(|time| time.to_utc())
            .unwrap_or_default()
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn times_use_the_zone_of_the_business() {
        let time = from_local("2026-11-07T09:05").unwrap_or_default();
        assert_eq!(
            (date(time).as_str(), moment(time).as_str()),
            ("7 Nov 2026", "7 Nov 2026, 09:05")
        );
        assert_eq!(local(time), "2026-11-07T09:05");
        assert_eq!(from_local("soon"), None);
        assert_eq!(utc(at("2026-11-07T09:05:30Z")), "2026-11-07 09:05:30 UTC");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn until_shows_the_last_included_day() {
        assert_eq!(until(at("2026-12-06T00:00:00Z")), "5 Dec 2026");
        assert_eq!(until(at("2026-12-06T18:00:00Z")), "6 Dec 2026, 18:00");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn distance_counts_days_left_and_past() {
        let now = at("2026-11-28T12:00:00Z");
        for (end, text) in [
            ("2026-12-10T13:00:00Z", "12 days left"),
            ("2026-11-29T13:00:00Z", "1 day left"),
            ("2026-11-28T13:00:00Z", "Less than a day left"),
            ("2026-11-28T11:00:00Z", "Expired today"),
            ("2026-11-16T11:00:00Z", "Expired 12 days ago"),
        ] {
            assert_eq!(distance(at(end), now), text);
        }
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn ago_rounds_to_the_largest_unit() {
        let now = at("2026-11-17T12:00:00Z");
        for (time, text) in [
            ("2026-11-17T11:59:30Z", "just now"),
            ("2026-11-17T11:57:00Z", "3 min ago"),
            ("2026-11-17T11:00:10Z", "1 h ago"),
            ("2026-11-16T12:00:00Z", "1 day ago"),
            ("2026-11-20T12:00:00Z", "in 3 days"),
        ] {
            assert_eq!(ago(at(time), now), text);
        }
        let long_ago = from_local("2026-01-20T12:00").unwrap_or_default();
        assert_eq!(ago(long_ago, now), "20 Jan 2026");
    }
}
