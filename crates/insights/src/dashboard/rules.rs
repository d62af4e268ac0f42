//! The range of a dashboard, the range that it is compared with, and its figures.

use super::query;
use crate::figures::{
    self, Bucket, BucketSums, BusinessCalendar, Sums, business_calendar, day_buckets,
};
use chrono::{DateTime, Months, NaiveDate, Utc};
use platform::{
    Actor, Conn, Error, Result,
    calendar::{after, before, instant_of},
};
use std::collections::BTreeMap;
use wire::{
    Currency, Decimal, Money, Permission,
    insights::dashboard::{
        Comparison, CountFigure, Dashboard, DashboardMoney, DashboardOptions, MAX_DAYS,
        MoneyFigure, RateFigure,
    },
};

/// The days of a dashboard and of its comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ranges {
    from: NaiveDate,
    to: NaiveDate,
    previous_from: NaiveDate,
    previous_to: NaiveDate,
    /// Up to when the earlier range is compared; `None` compares all of it.
    cut_at: Option<DateTime<Utc>>,
}

impl Ranges {
    fn new(
        options: &DashboardOptions,
        calendar: &BusinessCalendar,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let today = calendar.day_of(now);
        let to = options.to.unwrap_or_else(|| after(today));
        let days = options.days.unwrap_or(30).unsigned_abs();
        let from = options.from.unwrap_or_else(|| before(to, days.into()));
        let length = (to - from).num_days();
        if length < 1 {
            return Err(Error::field("to", "reversed", "`to` must be after `from`."));
        }
        if length > MAX_DAYS {
            let why = format!("Choose a period of at most {MAX_DAYS} days.");
            return Err(Error::field("from", "too_long", why));
        }
        let year_before = |day: NaiveDate| day.checked_sub_months(Months::new(12)).unwrap_or(day);
        let (previous_from, previous_to) = match options.compare {
            Some(Comparison::PreviousYear) => {
                (year_before(from), after(year_before(before(to, 1))))
            }
            _ => (before(from, length.unsigned_abs()), from),
        };
        let same_day = previous_from + (today - from);
        let is_open = from <= today && today < to && same_day < previous_to;
        let time = now.with_timezone(&calendar.zone_of(today)).time();
        let cut_at =
            is_open.then(|| instant_of(same_day.and_time(time), calendar.zone_of(same_day)));
        Ok(Self {
            from,
            to,
            previous_from,
            previous_to,
            cut_at,
        })
    }

    /// Returns the earlier days; the day that is cut is two buckets.
    fn previous_buckets(&self, calendar: &BusinessCalendar) -> Vec<Bucket> {
        let days = day_buckets(calendar, self.previous_from, self.previous_to);
        let split = |day: Bucket| match self.cut_at {
            Some(cut) if day.starts_at < cut && cut < day.ends_at => vec![
                Bucket {
                    ends_at: cut,
                    ..day
                },
                Bucket {
                    starts_at: cut,
                    ..day
                },
            ],
            _ => vec![day],
        };
        days.into_iter().flat_map(split).collect()
    }
}

/// The figures of buckets, and which of them come before the cut.
struct Part {
    buckets: Vec<Bucket>,
    sums: Vec<BucketSums>,
    new_users: Vec<i64>,
}

impl Part {
    fn load(conn: &mut Conn, buckets: Vec<Bucket>) -> Result<Self> {
        Ok(Self {
            sums: figures::by_bucket(conn, &buckets, None, &[])?,
            new_users: figures::new_users(conn, &buckets)?,
            buckets,
        })
    }
    /// Returns the sums of one currency that end at or before a time.
    fn sums_until(&self, currency: Currency, end: Option<DateTime<Utc>>) -> Sums {
        let mut total = Sums::default();
        for part in self.sums.iter().filter(|part| part.currency == currency) {
            if self.is_until(part.bucket, end) {
                total.add(&part.paid);
            }
        }
        total
    }
    /// Returns the sums of one currency for each bucket.
    fn series(&self, currency: Currency) -> Vec<Sums> {
        let mut series = vec![Sums::default(); self.buckets.len()];
        for part in self.sums.iter().filter(|part| part.currency == currency) {
            if let Some(sums) = series.get_mut(part.bucket) {
                sums.add(&part.paid);
            }
        }
        series
    }
    fn sales_until(&self, end: Option<DateTime<Utc>>) -> i64 {
        let parts = self.sums.iter();
        parts
            .filter(|part| self.is_until(part.bucket, end))
            .map(|part| part.paid.sales)
            .sum()
    }
    fn new_users_until(&self, end: Option<DateTime<Utc>>) -> i64 {
        let counts = self.new_users.iter().enumerate();
        counts
            .filter(|(bucket, _)| self.is_until(*bucket, end))
            .map(|(_, count)| count)
            .sum()
    }
    fn is_until(&self, bucket: usize, end: Option<DateTime<Utc>>) -> bool {
        let found = self.buckets.get(bucket);
        end.is_none_or(|end| found.is_some_and(|bucket| bucket.ends_at <= end))
    }
}

/// Returns the figures of a range of days.
pub fn dashboard(
    conn: &mut Conn,
    actor: &Actor,
    options: &DashboardOptions,
    now: DateTime<Utc>,
) -> Result<Dashboard> {
    let calendar = business_calendar(conn)?;
    let ranges = Ranges::new(options, &calendar, now)?;
    let current = Part::load(conn, day_buckets(&calendar, ranges.from, ranges.to))?;
    let previous = Part::load(conn, ranges.previous_buckets(&calendar))?;
    let whole = query::Span {
        from: calendar.start_of(ranges.from),
        to: calendar.start_of(ranges.to),
    };
    let previous_start = calendar.start_of(ranges.previous_from);
    let previous_end = calendar.start_of(ranges.previous_to);
    let compared = query::Span {
        from: previous_start,
        to: ranges.cut_at.unwrap_or(previous_end),
    };
    let is_money_visible = actor.can(Permission::ReportsRead);
    Ok(Dashboard {
        money: is_money_visible.then(|| money(&current, &previous, ranges.cut_at)),
        sales: sales(&current, &previous, ranges.cut_at),
        paid_conversion: rate(
            query::paid_orders(conn, &whole)?,
            query::paid_orders(conn, &compared)?,
        ),
        refund_rate: rate(
            query::refunded_sales(conn, &whole)?,
            query::refunded_sales(conn, &compared)?,
        ),
        new_users: CountFigure {
            value: current.new_users_until(None),
            previous: previous.new_users_until(ranges.cut_at),
            previous_full: previous.new_users_until(None),
            series: current.new_users.clone(),
            change: None,
        }
        .with_change(),
        active_esims: active_esims(conn, &current, &compared, previous_end, now)?,
        esims_running_out: query::esims_running_out(conn, now)?,
        open_tickets: query::open_tickets(conn)?,
        top_plans: query::top_plans(conn, &whole)?,
        top_countries: query::top_countries(conn, &whole)?,
        top_providers: query::top_providers(conn, &whole)?,
        days: current.buckets.iter().map(|bucket| bucket.day).collect(),
        from: ranges.from,
        to: ranges.to,
        previous_from: ranges.previous_from,
        previous_to: ranges.previous_to,
        previous_cut_at: ranges.cut_at,
        time_zone: calendar.zone().name().to_owned(),
        starts_at: whole.from,
        ends_at: whole.to,
    })
}

fn sales(current: &Part, previous: &Part, cut: Option<DateTime<Utc>>) -> CountFigure {
    let mut series = vec![0; current.buckets.len()];
    for part in &current.sums {
        if let Some(count) = series.get_mut(part.bucket) {
            *count += part.paid.sales;
        }
    }
    CountFigure {
        value: current.sales_until(None),
        previous: previous.sales_until(cut),
        previous_full: previous.sales_until(None),
        series,
        change: None,
    }
    .with_change()
}

/// Returns the number of active eSIMs at the end of each day, and at the end of the compared range.
fn active_esims(
    conn: &mut Conn,
    current: &Part,
    compared: &query::Span,
    previous_end: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<CountFigure> {
    let ends: Vec<DateTime<Utc>> = current
        .buckets
        .iter()
        .map(|bucket| bucket.ends_at.min(now))
        .collect();
    let series = figures::active_esims(conn, &ends)?;
    let earlier = figures::active_esims(conn, &[compared.to.min(now), previous_end.min(now)])?;
    let figure = CountFigure {
        value: series.last().copied().unwrap_or(0),
        previous: earlier.first().copied().unwrap_or(0),
        previous_full: earlier.last().copied().unwrap_or(0),
        series,
        change: None,
    };
    Ok(figure.with_change())
}

/// Returns the amounts of each currency, the currency with the most payments first.
fn money(current: &Part, previous: &Part, cut: Option<DateTime<Utc>>) -> Vec<DashboardMoney> {
    let mut sales: BTreeMap<Currency, i64> = BTreeMap::new();
    for part in current.sums.iter().chain(&previous.sums) {
        sales.entry(part.currency).or_default();
    }
    for part in &current.sums {
        *sales.entry(part.currency).or_default() += part.paid.sales;
    }
    let mut currencies: Vec<(Currency, i64)> = sales.into_iter().collect();
    currencies.sort_by_key(|(_, sales)| std::cmp::Reverse(*sales));
    let amounts = |(currency, _): (Currency, i64)| {
        let value = current.sums_until(currency, None);
        let before = previous.sums_until(currency, cut);
        let full = previous.sums_until(currency, None);
        let series = current.series(currency);
        let figure = |amount: fn(&Sums) -> Money| MoneyFigure {
            value: amount(&value),
            previous: amount(&before),
            previous_full: amount(&full),
            change: change(&amount(&value), &amount(&before)),
            series: series.iter().map(amount).collect(),
        };
        DashboardMoney {
            currency,
            total_revenue: figure(Sums::total_revenue),
            gross_amount: figure(|sums| sums.gross_amount.clone()),
            refunded_amount: figure(|sums| sums.refunded_amount.clone()),
            profit: figure(Sums::profit),
            average_order_value: value.average(currency),
        }
    };
    currencies.into_iter().map(amounts).collect()
}

/// Returns the change in percent; `None` from 0.
fn change(now: &Money, before: &Money) -> Option<Decimal> {
    let size = if before.is_negative() {
        Money::zero().minus(before)
    } else {
        before.clone()
    };
    now.minus(before).percent_of(&size)
}

trait WithChange {
    fn with_change(self) -> Self;
}

impl WithChange for CountFigure {
    fn with_change(self) -> Self {
        Self {
            change: change(&Decimal::from(self.value), &Decimal::from(self.previous)),
            ..self
        }
    }
}

fn rate(now: query::Share, before: query::Share) -> RateFigure {
    let percent = |share: query::Share| Decimal::from(share.part).percent_of(&share.whole.into());
    RateFigure {
        value: percent(now),
        part: now.part,
        whole: now.whole,
        previous: percent(before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn ranges(options: &DashboardOptions, zone: Tz, now: &str) -> Option<Ranges> {
        let calendar = BusinessCalendar::new(zone, Vec::new());
        let now = now.parse().unwrap_or_default();
        Ranges::new(options, &calendar, now).ok()
    }
    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn earlier_range_is_cut_at_the_same_time_of_day() {
        let week = DashboardOptions {
            days: Some(7),
            ..DashboardOptions::default()
        };
        // New York left daylight saving time in between.
        let found = ranges(&week, Tz::America__New_York, "2026-11-06T15:30:00Z");
        let expected = Ranges {
            from: day("2026-10-31"),
            to: day("2026-11-07"),
            previous_from: day("2026-10-24"),
            previous_to: day("2026-10-31"),
            cut_at: "2026-10-30T14:30:00Z".parse().ok(),
        };
        assert_eq!(found, Some(expected));
        let past = DashboardOptions {
            from: Some(day("2026-03-01")),
            to: Some(day("2026-04-01")),
            ..DashboardOptions::default()
        };
        let found = ranges(&past, Tz::UTC, "2026-11-06T15:30:00Z");
        assert_eq!(
            found.map(|one| (one.previous_from, one.cut_at)),
            Some((day("2026-01-29"), None))
        );
    }

    #[test]
    fn year_before_keeps_whole_months() {
        let february = DashboardOptions {
            from: Some(day("2028-02-01")),
            to: Some(day("2028-03-01")),
            compare: Some(Comparison::PreviousYear),
            ..DashboardOptions::default()
        };
        let found = ranges(&february, Tz::UTC, "2028-06-01T00:00:00Z");
        let days = found.map(|one| (one.previous_from, one.previous_to));
        assert_eq!(days, Some((day("2027-02-01"), day("2027-03-01"))));
    }

    #[test]
    fn change_has_no_value_from_zero() {
        let percent = |now: i64, before: i64| change(&now.into(), &before.into());
        assert_eq!(percent(5, 0), None);
        assert_eq!(percent(5, 4), Some(25.into()));
        assert_eq!(percent(-5, -4), Some(Decimal::from(-25)));
    }
}
