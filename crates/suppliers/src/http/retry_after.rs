//! The header `Retry-After`: seconds or a date.

use chrono::{DateTime, TimeDelta, Utc};

/// The longest time that is believed.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// Returns the time until the next request, at least a second.
pub(super) fn parse(text: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    let text = text.trim();
    let wait = match text.parse::<u32>() {
        Ok(seconds) => TimeDelta::seconds(seconds.into()),
        Err(_) => parse_date(text)? - now,
    };
    Some(wait.clamp(TimeDelta::seconds(1), LONGEST))
}

/// Parses a date of HTTP.
pub(super) fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    httpdate::parse_http_date(text.trim()).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_seconds_and_dates() {
        let now = parse_date("Fri, 06 Nov 2026 08:49:37 GMT").unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            (" 5 ", Some(5)),
            ("0", Some(1)),
            ("86400", Some(3600)),
            ("Fri, 06 Nov 2026 08:50:07 GMT", Some(30)),
            ("Fri, 06 Nov 2026 08:00:00 GMT", Some(1)),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            let found = parse(text, now).map(|wait| wait.num_seconds());
            assert_eq!(found, seconds, "{text}");
        }
    }
}
