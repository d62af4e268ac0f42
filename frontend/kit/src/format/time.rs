//! Times in the reader's zone. On the host, where there is no reader, that zone is UTC.

use chrono::{DateTime, Utc};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Year, month from 0, day, hour, minute.
struct Parts(u32, u32, u32, u32, u32);

#[cfg(target_arch = "wasm32")]
fn parts(time: DateTime<Utc>) -> Parts {
    let at = js_sys::Date::new(
        &time
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
            .into(),
    );
    Parts(
        at.get_full_year(),
        at.get_month(),
        at.get_date(),
        at.get_hours(),
        at.get_minutes(),
    )
}
#[cfg(not(target_arch = "wasm32"))]
fn parts(time: DateTime<Utc>) -> Parts {
    use chrono::{Datelike, Timelike};
    Parts(
        time.year().unsigned_abs(),
        time.month0(),
        time.day(),
        time.hour(),
        time.minute(),
    )
}

/// This moment.
#[cfg(target_arch = "wasm32")]
pub fn now() -> DateTime<Utc> {
    let text = String::from(js_sys::Date::new_0().to_iso_string());
    DateTime::parse_from_rfc3339(&text)
        .map(|time| time.to_utc())
        .unwrap_or_default()
}
/// This moment.
#[cfg(not(target_arch = "wasm32"))]
pub fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}

/// A day: `17 Nov 2026`.
pub fn date(time: DateTime<Utc>) -> String {
    let Parts(year, month, day, ..) = parts(time);
    let month = usize::try_from(month)
        .ok()
        .and_then(|month| MONTHS.get(month))
        .copied()
        .unwrap_or_default();
    format!("{day} {month} {year}")
}

/// A day and a time: `17 Nov 2026, 09:05`.
pub fn moment(time: DateTime<Utc>) -> String {
    let Parts(_, _, _, hour, minute) = parts(time);
    format!("{}, {hour:02}:{minute:02}", date(time))
}

/// The same moment everywhere: `2026-11-17 08:05:00 UTC`.
pub fn utc(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// How long ago, or in how long: `3 min ago`, `in 2 days`. Beyond a month, the day itself.
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

/// A moment as the browser's own date and time input writes it: `2026-11-17T09:05`.
pub fn local(time: DateTime<Utc>) -> String {
    let Parts(year, month, day, hour, minute) = parts(time);
    format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}", month + 1)
}

/// Reads what the browser's date and time input wrote, in the reader's zone.
pub fn from_local(text: &str) -> Option<DateTime<Utc>> {
    #[cfg(target_arch = "wasm32")]
    {
        let at = js_sys::Date::new(&text.into());
        if at.get_time().is_nan() {
            return None;
        }
        DateTime::parse_from_rfc3339(&String::from(at.to_iso_string()))
            .ok()
            .map(|time| time.to_utc())
    }
    #[cfg(not(target_arch = "wasm32"))]
    {
        DateTime::parse_from_rfc3339(&format!("{text}:00Z"))
            .ok()
            .map(|time| time.to_utc())
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
    fn times_are_written_in_the_readers_zone() {
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
    fn the_distance_is_rounded_to_what_matters() {
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
