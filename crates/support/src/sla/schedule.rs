//! Open hours as instants.
//!
//! Open hours are local clock times turned into instants each day: after a change of clocks 09:00 stays 09:00, and an hour
//! is 3,600 seconds.

use super::Pause;
use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use wire::support::sla::{BusinessHours, OpenPeriod, TimeOfDay};

/// How many days a due time is searched for. Targets are limited to a year of open hours around the clock; a policy that
/// is open one hour per week reaches its longest usual targets within these days.
const MOST_DAYS: usize = 3660;
/// A quarter of an hour. Local times that a change of clocks skips are at most some hours long.
const STEP: TimeDelta = TimeDelta::minutes(15);
const MOST_STEPS: usize = 96;

/// The open hours of support.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The time zone of the hours and holidays.
    pub zone: Tz,
    /// The open hours of each day of the week.
    pub hours: BusinessHours,
    /// The days on which support is closed.
    pub holidays: Vec<NaiveDate>,
}

/// A period between two instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Span {
    fn length(self) -> TimeDelta {
        (self.to - self.from).max(TimeDelta::zero())
    }
}

impl Schedule {
    /// Returns the open time between two instants, without the pauses.
    #[cfg(test)]
    pub fn open_time(&self, from: DateTime<Utc>, to: DateTime<Utc>, pauses: &[Pause]) -> TimeDelta {
        self.running_spans(from, pauses)
            .take_while(|span| span.from < to)
            .map(|span| {
                Span {
                    to: span.to.min(to),
                    ..span
                }
                .length()
            })
            .sum()
    }

    /// Returns the earliest instant at which the open time since `from`, without the pauses, reaches a target. Returns
    /// `None` during a pause that lasts, and where the hours never reach it.
    pub fn due(
        &self,
        from: DateTime<Utc>,
        target: TimeDelta,
        pauses: &[Pause],
    ) -> Option<DateTime<Utc>> {
        if pauses.iter().any(|pause| pause.to.is_none()) {
            return None;
        }
        let mut left = target;
        for span in self.running_spans(from, pauses) {
            let length = span.length();
            if length >= left {
                return Some(span.from + left);
            }
            left -= length;
        }
        None
    }

    /// Returns the open periods from an instant on without the pauses, in their order.
    fn running_spans<'a>(
        &'a self,
        from: DateTime<Utc>,
        pauses: &'a [Pause],
    ) -> impl Iterator<Item = Span> + 'a {
        let open = self.open_spans(from).map(move |span| Span {
            from: span.from.max(from),
            ..span
        });
        open.filter(|span| span.from < span.to)
            .flat_map(move |span| without(span, pauses))
    }

    /// Returns the open periods that end after an instant.
    fn open_spans(&self, from: DateTime<Utc>) -> impl Iterator<Item = Span> + '_ {
        let first = from.with_timezone(&self.zone).date_naive();
        // Periods may have begun on the day before, where the clocks are far from UTC.
        let first = first.pred_opt().unwrap_or(first);
        let days = first.iter_days().take(MOST_DAYS);
        days.filter(|day| !self.holidays.contains(day))
            .flat_map(move |day| {
                let periods = self.hours.on(day.weekday()).iter();
                periods.filter_map(move |period| self.span(day, *period))
            })
            .filter(move |span| span.to > from)
    }

    fn span(&self, day: NaiveDate, period: OpenPeriod) -> Option<Span> {
        Some(Span {
            from: self.instant(day, period.from)?,
            to: self.instant(day, period.to)?,
        })
    }

    /// Returns the instant of a local time. A time that occurs twice is the earlier one; a time that the clocks skip is the
    /// next one that exists.
    fn instant(&self, day: NaiveDate, time: TimeOfDay) -> Option<DateTime<Utc>> {
        let minutes = time.minutes();
        let (day, minutes) = if minutes == 1440 {
            (day.checked_add_days(Days::new(1))?, 0)
        } else {
            (day, minutes)
        };
        let local = day.and_hms_opt(0, 0, 0)? + TimeDelta::minutes(minutes.into());
        let mut candidates =
            std::iter::successors(Some(local), |local: &NaiveDateTime| Some(*local + STEP));
        candidates.by_ref().take(MOST_STEPS).find_map(|local| {
            match self.zone.from_local_datetime(&local) {
                LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
                    Some(at.with_timezone(&Utc))
                }
                LocalResult::None => None,
            }
        })
    }
}

/// Returns a period without the pauses in it.
fn without(span: Span, pauses: &[Pause]) -> Vec<Span> {
    let mut parts = vec![span];
    for pause in pauses {
        let to = pause.to.unwrap_or(DateTime::<Utc>::MAX_UTC);
        parts = parts
            .into_iter()
            .flat_map(|part| {
                let before = Span {
                    from: part.from,
                    to: part.to.min(pause.from),
                };
                let after = Span {
                    from: part.from.max(to),
                    to: part.to,
                };
                [before, after]
            })
            .filter(|part| part.from < part.to)
            .collect();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(zone: Tz, from: &str, to: &str) -> Schedule {
        let time = |text: &str| TimeOfDay::try_from(text.to_owned()).expect("a time");
        let day = vec![OpenPeriod {
            from: time(from),
            to: time(to),
        }];
        Schedule {
            zone,
            hours: BusinessHours {
                mon: day.clone(),
                tue: day.clone(),
                wed: day.clone(),
                thu: day.clone(),
                fri: day.clone(),
                sat: day.clone(),
                sun: day,
            },
            holidays: Vec::new(),
        }
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn hour_that_the_clocks_skip_begins_at_the_next_local_time() {
        // On 29 March 2026 the clocks of Berlin go from 02:00 to 03:00.
        let open = schedule(chrono_tz::Europe::Berlin, "02:30", "04:00");
        let (from, to) = (at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"));
        assert_eq!(open.open_time(from, to, &[]), TimeDelta::hours(1));
        assert_eq!(
            open.due(from, TimeDelta::minutes(1), &[]),
            Some(at("2026-03-29T01:01:00Z"))
        );
    }

    #[test]
    fn hour_that_occurs_twice_begins_at_the_earlier_time() {
        // On 25 October 2026 the clocks of Berlin go from 03:00 to 02:00.
        let open = schedule(chrono_tz::Europe::Berlin, "02:30", "04:00");
        let (from, to) = (at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"));
        assert_eq!(open.open_time(from, to, &[]), TimeDelta::minutes(150));
    }

    #[test]
    fn zone_far_from_utc_uses_its_own_days() {
        let mut open = schedule(chrono_tz::Pacific::Kiritimati, "00:00", "24:00");
        open.holidays = vec![NaiveDate::from_ymd_opt(2026, 7, 2).expect("a day")];
        // 2 July in Kiritimati is from 1 July 10:00 UTC to 2 July 10:00 UTC.
        let due = open.due(at("2026-07-01T09:00:00Z"), TimeDelta::hours(2), &[]);
        assert_eq!(due, Some(at("2026-07-02T11:00:00Z")));
    }

    #[test]
    fn pauses_may_overlap_and_touch_the_ends() {
        let open = schedule(Tz::UTC, "09:00", "17:00");
        let pause = |from: &str, to: &str| Pause {
            from: at(from),
            to: Some(at(to)),
        };
        let pauses = [
            pause("2026-06-01T08:00:00Z", "2026-06-01T10:00:00Z"),
            pause("2026-06-01T09:30:00Z", "2026-06-01T11:00:00Z"),
            pause("2026-06-01T16:00:00Z", "2026-06-02T09:00:00Z"),
        ];
        let (from, to) = (at("2026-06-01T00:00:00Z"), at("2026-06-02T10:00:00Z"));
        assert_eq!(open.open_time(from, to, &pauses), TimeDelta::hours(6));
        // The due time is the closing time, and not the next opening.
        let due = open.due(from, TimeDelta::hours(5), &pauses);
        assert_eq!(due, Some(at("2026-06-01T16:00:00Z")));
    }

    #[test]
    fn unreachable_target_is_never_due() {
        let mut open = schedule(Tz::UTC, "09:00", "17:00");
        open.hours = BusinessHours {
            mon: open.hours.mon.clone(),
            ..BusinessHours::default()
        };
        let due = open.due(at("2026-06-01T00:00:00Z"), TimeDelta::days(400), &[]);
        assert_eq!(due, None);
    }
}
