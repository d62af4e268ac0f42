//! The days of the business, and the periods of reports.
//!
//! Days that are locked keep the time zone that they were locked in. The first day after them begins where they end.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc, Weekday};
use chrono_tz::Tz;
use platform::calendar::{after, before, start_of};
use wire::insights::reports::ReportPeriodType;

/// A lock of past days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// The first day that is not locked.
    pub before: NaiveDate,
    /// The time zone of the locked days.
    pub zone: Tz,
}

/// The days of the business.
#[derive(Debug, Clone)]
pub struct BusinessCalendar {
    zone: Tz,
    /// The locks, the earliest first.
    locks: Vec<Lock>,
}

impl BusinessCalendar {
    /// Creates the calendar of a time zone and the locks so far.
    pub fn new(zone: Tz, mut locks: Vec<Lock>) -> Self {
        locks.sort_by_key(|lock| lock.before);
        Self { zone, locks }
    }
    /// Returns the time zone of the days that are not locked.
    pub const fn zone(&self) -> Tz {
        self.zone
    }
    /// Returns the first day that is not locked.
    pub fn locked_before(&self) -> Option<NaiveDate> {
        self.locks.last().map(|lock| lock.before)
    }
    /// Returns whether a day is locked.
    pub fn is_locked(&self, day: NaiveDate) -> bool {
        self.locked_before().is_some_and(|first| day < first)
    }
    /// Returns the time zone of a day.
    pub fn zone_of(&self, day: NaiveDate) -> Tz {
        let lock = self.locks.iter().find(|lock| day < lock.before);
        lock.map_or(self.zone, |lock| lock.zone)
    }
    /// Returns the start of a day.
    pub fn start_of(&self, day: NaiveDate) -> DateTime<Utc> {
        // The end of the last locked day is the start of the first open one.
        let lock = self.locks.iter().find(|lock| day <= lock.before);
        start_of(day, lock.map_or(self.zone, |lock| lock.zone))
    }
    /// Returns the day of a time.
    pub fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        let day = at.with_timezone(&self.zone).date_naive();
        // A locked day may have another time zone, whose date differs by one day at most in each direction.
        let near = [before(day, 1), day, after(day)];
        let found = near
            .into_iter()
            .find(|day| self.start_of(*day) <= at && at < self.start_of(after(*day)));
        found.unwrap_or(day)
    }
    /// Returns the days from the first one up to the last one, without the last one, with their borders.
    pub fn days(&self, from: NaiveDate, to: NaiveDate) -> Vec<NaiveDate> {
        from.iter_days().take_while(|day| *day < to).collect()
    }
}

/// A period of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The length.
    pub length: ReportPeriodType,
    /// The first day.
    pub first: NaiveDate,
    /// The last day.
    pub last: NaiveDate,
}

impl Period {
    /// Returns the period of a length that contains a day.
    pub fn containing(length: ReportPeriodType, day: NaiveDate) -> Self {
        let first = match length {
            ReportPeriodType::Daily => day,
            ReportPeriodType::Weekly => day.week(Weekday::Mon).first_day(),
            ReportPeriodType::Monthly => day.with_day(1).unwrap_or(day),
            ReportPeriodType::Yearly => NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap_or(day),
        };
        let next = match length {
            ReportPeriodType::Daily => first.checked_add_days(Days::new(1)),
            ReportPeriodType::Weekly => first.checked_add_days(Days::new(7)),
            ReportPeriodType::Monthly => first.checked_add_months(Months::new(1)),
            ReportPeriodType::Yearly => first.checked_add_months(Months::new(12)),
        };
        Self {
            length,
            first,
            last: before(next.unwrap_or(NaiveDate::MAX), 1),
        }
    }
    /// Returns the day after the last one.
    pub fn end(&self) -> NaiveDate {
        after(self.last)
    }
    /// Returns the period that follows.
    pub fn next(&self) -> Self {
        Self::containing(self.length, self.end())
    }
    /// Returns the name of the period: `2026-11-29`, `2026-W48`, `2026-11` or `2026`. The year of a week is the year of its
    /// Thursday.
    pub fn label(&self) -> String {
        let format = match self.length {
            ReportPeriodType::Daily => "%Y-%m-%d",
            ReportPeriodType::Weekly => "%G-W%V",
            ReportPeriodType::Monthly => "%Y-%m",
            ReportPeriodType::Yearly => "%Y",
        };
        self.first.format(format).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReportPeriodType as P;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn periods_contain_their_days() {
        for (length, date, first, last, label) in [
            (
                P::Daily,
                "2026-02-28",
                "2026-02-28",
                "2026-02-28",
                "2026-02-28",
            ),
            (
                P::Monthly,
                "2028-02-10",
                "2028-02-01",
                "2028-02-29",
                "2028-02",
            ),
            (P::Yearly, "2027-06-30", "2027-01-01", "2027-12-31", "2027"),
            (
                P::Weekly,
                "2021-01-03",
                "2020-12-28",
                "2021-01-03",
                "2020-W53",
            ),
            (
                P::Weekly,
                "2021-01-04",
                "2021-01-04",
                "2021-01-10",
                "2021-W01",
            ),
            (
                P::Weekly,
                "2024-12-30",
                "2024-12-30",
                "2025-01-05",
                "2025-W01",
            ),
            (
                P::Weekly,
                "2026-12-31",
                "2026-12-28",
                "2027-01-03",
                "2026-W53",
            ),
        ] {
            let period = Period::containing(length, day(date));
            assert_eq!(
                (period.first, period.last),
                (day(first), day(last)),
                "{date}"
            );
            assert_eq!(period.label(), label);
            assert_eq!(period.next().first, period.end());
        }
    }

    #[test]
    fn locked_days_keep_their_time_zone() {
        let lock = Lock {
            before: day("2026-10-01"),
            zone: Tz::Asia__Tokyo,
        };
        let calendar = BusinessCalendar::new(Tz::America__New_York, vec![lock]);
        let starts = |date: &str| calendar.start_of(day(date)).to_rfc3339();
        assert_eq!(starts("2026-09-30"), "2026-09-29T15:00:00+00:00");
        assert_eq!(starts("2026-10-01"), "2026-09-30T15:00:00+00:00");
        assert_eq!(starts("2026-10-02"), "2026-10-02T04:00:00+00:00");
        assert!(calendar.is_locked(day("2026-09-30")) && !calendar.is_locked(day("2026-10-01")));
        for (at, date) in [
            ("2026-09-30T14:59:59Z", "2026-09-30"),
            ("2026-09-30T15:00:00Z", "2026-10-01"),
            ("2026-10-02T03:59:59Z", "2026-10-01"),
            ("2026-10-02T04:00:00Z", "2026-10-02"),
        ] {
            let at: DateTime<Utc> = at.parse().unwrap_or_default();
            assert_eq!(calendar.day_of(at), day(date), "{at}");
        }
    }
}
