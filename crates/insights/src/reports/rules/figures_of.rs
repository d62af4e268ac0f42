//! The figures of periods, from the sums of their days. Weeks, months and years are sums of days, so they add up exactly.

use crate::{
    figures::{self, Bucket, BucketSums, BusinessCalendar, DayRate, OpenDisputes, Period, Sums},
    rates::{self, RateTable, UsedRate},
    reports::query::{ReportKey, ReportRow},
};
use chrono::{DateTime, NaiveDate, Utc};
use platform::{Conn, Error, Result, calendar::after};
use std::collections::{BTreeMap, BTreeSet};
use wire::{
    Currency, Money,
    insights::reports::{MissingRate, ReportBasis},
};

/// The sums and stocks of the days and ends of periods.
pub struct PeriodFigures {
    buckets: Vec<Bucket>,
    sums: Vec<BucketSums>,
    new_users: Vec<i64>,
    active_esims: BTreeMap<DateTime<Utc>, i64>,
    open_disputes: BTreeMap<DateTime<Utc>, Vec<OpenDisputes>>,
    rates: Option<RateTable>,
    zones: BTreeMap<NaiveDate, &'static str>,
    today: NaiveDate,
}

impl PeriodFigures {
    /// Loads the figures of periods; `None` without periods.
    pub fn load(
        conn: &mut Conn,
        periods: &[Period],
        calendar: &BusinessCalendar,
        base: Option<Currency>,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>> {
        let first = periods.iter().map(|period| period.first).min();
        let end = periods.iter().map(Period::end).max();
        let (Some(first), Some(end)) = (first, end) else {
            return Ok(None);
        };
        let today = calendar.day_of(now);
        let end = end.min(after(today)).max(after(first));
        let buckets = figures::day_buckets(calendar, first, end);
        let table = base
            .map(|base| rates::table(conn, base, first, end))
            .transpose()?;
        let day_rates = table
            .as_ref()
            .map_or(Ok(Vec::new()), |table| day_rates(table, &buckets))?;
        let ends: BTreeSet<DateTime<Utc>> = periods
            .iter()
            .map(|period| calendar.start_of(period.end()).min(now))
            .collect();
        let ends: Vec<DateTime<Utc>> = ends.into_iter().collect();
        let active = figures::active_esims(conn, &ends)?;
        let mut open_disputes: BTreeMap<DateTime<Utc>, Vec<OpenDisputes>> = BTreeMap::new();
        for open in figures::open_disputes(conn, &ends)? {
            open_disputes.entry(open.at).or_default().push(open);
        }
        Ok(Some(Self {
            sums: figures::by_bucket(conn, &buckets, base, &day_rates)?,
            new_users: figures::new_users(conn, &buckets)?,
            active_esims: ends.into_iter().zip(active).collect(),
            open_disputes,
            zones: periods
                .iter()
                .map(|period| (period.last, calendar.zone_of(period.last).name()))
                .collect(),
            rates: table,
            buckets,
            today,
        }))
    }

    /// Returns the rates of past days that were used for the first time.
    pub fn rates_to_freeze(&self, today: NaiveDate) -> Vec<UsedRate> {
        let Some(table) = &self.rates else {
            return Vec::new();
        };
        let used = self.sums.iter().filter_map(|sums| {
            let day = self.buckets.get(sums.bucket)?.day;
            let is_new = day < today && !table.is_frozen(day, sums.currency);
            let chosen = table.rate(day, sums.currency).filter(|_| is_new)?;
            Some(UsedRate {
                day,
                currency: sums.currency,
                chosen,
            })
        });
        used.collect()
    }

    /// Returns the reports of a period: one for each currency with facts or with a report already, and one for the base
    /// currency.
    pub fn rows(
        &self,
        period: &Period,
        known: &[ReportKey],
        now: DateTime<Utc>,
    ) -> Result<Vec<ReportRow>> {
        let is_within = |day: NaiveDate| period.first <= day && day <= period.last;
        let day_of = |bucket: usize| self.buckets.get(bucket).map(|bucket| bucket.day);
        let facts: Vec<&BucketSums> = self
            .sums
            .iter()
            .filter(|sums| day_of(sums.bucket).is_some_and(is_within))
            .collect();
        let mut by_currency: BTreeMap<Currency, Sums> = known
            .iter()
            .filter(|key| key.basis == ReportBasis::Paid)
            .map(|key| (key.currency, Sums::default()))
            .collect();
        for part in &facts {
            let sums = by_currency.entry(part.currency).or_default();
            sums.add(&part.paid);
        }
        let ends_at = self.end_of(period, now);
        let costs: BTreeSet<Currency> = by_currency
            .iter()
            .filter(|(_, sums)| sums.costs > 0)
            .map(|(currency, _)| *currency)
            .collect();
        let mut rows = Vec::new();
        for (currency, sums) in &by_currency {
            let has_other_costs = costs.iter().any(|other| other != currency);
            let mut row = self.row(period, *currency, ReportBasis::Paid, sums, ends_at)?;
            row.open_disputes = self.disputes_at(ends_at, *currency);
            row.margin = sums.margin().filter(|_| !has_other_costs);
            rows.push(row);
        }
        if let Some(table) = self.rates.as_ref().filter(|_| !rows.is_empty()) {
            rows.push(self.base_row(period, table, &facts, ends_at)?);
        }
        Ok(rows)
    }

    fn base_row(
        &self,
        period: &Period,
        table: &RateTable,
        facts: &[&BucketSums],
        ends_at: DateTime<Utc>,
    ) -> Result<ReportRow> {
        let (mut sums, mut missing) = (Sums::default(), BTreeSet::new());
        for part in facts {
            match (&part.converted, self.buckets.get(part.bucket)) {
                (Some(converted), _) => sums.add(converted),
                (None, Some(bucket)) => {
                    missing.insert(MissingRate {
                        day: bucket.day,
                        currency: part.currency,
                    });
                }
                (None, None) => return Err(Error::internal("sums of an unknown bucket")),
            }
        }
        let base = table.base();
        let mut row = self.row(period, base, ReportBasis::PaidBase, &sums, ends_at)?;
        let day = period.last.min(self.today);
        for open in self.open_disputes.get(&ends_at).into_iter().flatten() {
            match table.rate(day, open.currency) {
                Some(chosen) => row
                    .open_disputes
                    .add(&chosen.rate.convert(&open.amount, base)),
                None => {
                    missing.insert(MissingRate {
                        day,
                        currency: open.currency,
                    });
                }
            }
        }
        row.margin = sums.margin().filter(|_| missing.is_empty());
        row.missing_rates = missing.into_iter().collect();
        Ok(row)
    }

    fn row(
        &self,
        period: &Period,
        currency: Currency,
        basis: ReportBasis,
        sums: &Sums,
        ends_at: DateTime<Utc>,
    ) -> Result<ReportRow> {
        let days = self.buckets.iter().zip(&self.new_users);
        let new_users: i64 = days
            .filter(|(bucket, _)| period.first <= bucket.day && bucket.day <= period.last)
            .map(|(_, count)| count)
            .sum();
        let count = |count: i64| i32::try_from(count).map_err(Error::internal);
        Ok(ReportRow {
            period: *period,
            time_zone: self.zones.get(&period.last).copied().unwrap_or("UTC"),
            currency,
            basis,
            sums: sums.clone(),
            margin: None,
            open_disputes: Money::zero(),
            new_users: count(new_users)?,
            active_esims: count(self.active_esims.get(&ends_at).copied().unwrap_or(0))?,
            missing_rates: Vec::new(),
            is_provisional: period.last >= self.today,
        })
    }

    fn end_of(&self, period: &Period, now: DateTime<Utc>) -> DateTime<Utc> {
        let last = self.buckets.iter().find(|bucket| bucket.day == period.last);
        last.map_or(now, |bucket| bucket.ends_at.min(now))
    }

    fn disputes_at(&self, at: DateTime<Utc>, currency: Currency) -> Money {
        let open = self.open_disputes.get(&at).into_iter().flatten();
        open.filter(|open| open.currency == currency)
            .fold(Money::zero(), |sum, open| sum.plus(&open.amount))
    }
}

/// Returns the rates of all known currencies for buckets.
fn day_rates(table: &RateTable, buckets: &[Bucket]) -> Result<Vec<DayRate>> {
    let mut rates = Vec::new();
    for (index, bucket) in buckets.iter().enumerate() {
        let position = i32::try_from(index + 1).map_err(Error::internal)?;
        for currency in table.currencies() {
            if let Some(chosen) = table.rate(bucket.day, currency) {
                rates.push(DayRate {
                    bucket: position,
                    currency,
                    rate: chosen.rate,
                });
            }
        }
    }
    Ok(rates)
}
