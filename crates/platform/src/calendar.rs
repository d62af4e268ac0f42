//! The days of a time zone, as periods between two times. A day does not always have 24 hours. Payment sums, reports and
//! dashboards use the same days.

use chrono::{
    DateTime, Days, DurationRound, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

/// A day with its start and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: NaiveDate,
    /// The start of the day.
    pub starts_at: DateTime<Utc>,
    /// The start of the next day.
    pub ends_at: DateTime<Utc>,
}

/// Returns the start of a day: midnight, or the end of the gap that contains midnight.
pub fn start_of(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    instant_of(day.and_time(NaiveTime::MIN), zone)
}

/// Returns the instant of a local time: the earlier one of a time that exists twice, and the end of the gap that contains a
/// time that does not exist.
pub fn instant_of(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let step = TimeDelta::minutes(15);
    let mut next = local;
    // The longest gap in any time zone is one day. Gaps end at a quarter of an hour.
    for _ in 0..=100 {
        if let Some(start) = zone.from_local_datetime(&next).earliest() {
            return start.with_timezone(&Utc);
        }
        next = next.duration_trunc(step).unwrap_or(next) + step;
    }
    local.and_utc()
}

/// Returns the days from the first one up to the last one, without the last one.
pub fn days(from: NaiveDate, to: NaiveDate, zone: Tz) -> Vec<Day> {
    from.iter_days()
        .take_while(|day| *day < to)
        .map(|day| Day {
            day,
            starts_at: start_of(day, zone),
            ends_at: start_of(after(day), zone),
        })
        .collect()
}

/// Returns the next day.
pub fn after(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
}

/// Returns the day that is a number of days earlier.
pub fn before(day: NaiveDate, count: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(count))
        .unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn length_of_a_day_follows_the_time_zone() {
        for (zone, date, hours) in [
            (Tz::UTC, "2026-03-29", 24),
            (Tz::Europe__Berlin, "2026-03-29", 23),
            (Tz::Europe__Berlin, "2026-10-25", 25),
            (Tz::America__New_York, "2026-03-08", 23),
            (Tz::America__New_York, "2026-11-01", 25),
            (Tz::America__Havana, "2026-03-08", 23),
            (Tz::America__Havana, "2026-11-01", 25),
            (Tz::Pacific__Apia, "2011-12-30", 0),
        ] {
            let length = start_of(after(day(date)), zone) - start_of(day(date), zone);
            assert_eq!(length.num_hours(), hours, "{zone} {date}");
        }
    }

    #[test]
    fn local_time_in_a_gap_or_twice_has_one_instant() {
        for (local, instant) in [
            ("2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
            ("2026-03-29T02:10:30", "2026-03-29T01:00:00Z"),
            ("2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ] {
            let found = instant_of(local.parse().unwrap_or_default(), Tz::Europe__Berlin);
            assert_eq!(Ok(found), instant.parse(), "{local}");
        }
    }

    #[test]
    fn days_are_contiguous() {
        for zone in [
            Tz::America__Havana,
            Tz::Australia__Lord_Howe,
            Tz::Asia__Kathmandu,
            Tz::Africa__Cairo,
        ] {
            let year = days(day("2026-01-01"), day("2027-01-01"), zone);
            assert_eq!(year.len(), 365);
            for pair in year.windows(2) {
                assert_eq!(
                    pair.first().map(|day| day.ends_at),
                    pair.last().map(|day| day.starts_at)
                );
            }
            for day in year {
                for at in [day.starts_at, day.ends_at - TimeDelta::seconds(1)] {
                    assert_eq!(at.with_timezone(&zone).date_naive(), day.day, "{zone}");
                }
            }
        }
    }
}
