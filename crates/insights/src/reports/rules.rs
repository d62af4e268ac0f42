//! Generates and locks financial reports.

mod figures_of;

use super::query;
use crate::{
    figures::{self, BusinessCalendar, Period, business_calendar},
    rates,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use figures_of::PeriodFigures;
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    calendar::{after, before},
    settings::{self, BaseCurrency, LockAfterDays},
};
use serde_json::json;
use wire::{
    Resource,
    insights::reports::{
        NewRevenueReport, ReportLock, ReportPeriodType, RevenueReport, RevenueReports,
    },
    system::audit::AuditAction,
};

/// The number of past days whose reports are generated again every hour: a provider or gateway may report a fact some days
/// later.
const REPEATED_DAYS: u64 = 7;

/// How long a day must be over before it can be locked. Facts of the last day are recorded without a look at the locks.
const OPEN_AFTER_END: TimeDelta = TimeDelta::days(1);

/// Generates the reports of a period.
pub fn generate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewRevenueReport,
    now: DateTime<Utc>,
) -> Result<RevenueReports> {
    query::lock_generation(tx)?;
    let calendar = business_calendar(tx.conn())?;
    let period = Period::containing(new.period_type, new.day);
    if period.first > calendar.day_of(now) {
        return Err(Error::field(
            "day",
            "future",
            "The period has not started yet.",
        ));
    }
    generate_periods(tx, &[period], &calendar, now)?;
    let event = AuditEvent::of_kind(AuditAction::ReportGenerate, RevenueReport::ONE);
    let change = json!({ "period_type": period.length, "period": period.label() });
    audit::record(tx, actor, event.with_change(change))?;
    let data = query::of_period(tx.conn(), &period)?;
    Ok(RevenueReports { data })
}

/// Generates the reports of today and of the last days, and of the weeks, months and years that contain them.
pub fn generate_recent(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    query::lock_generation(tx)?;
    let calendar = business_calendar(tx.conn())?;
    let today = calendar.day_of(now);
    let mut periods = Vec::new();
    for day in calendar.days(before(today, REPEATED_DAYS), after(today)) {
        for length in ReportPeriodType::ALL {
            let period = Period::containing(*length, day);
            if !periods.contains(&period) {
                periods.push(period);
            }
        }
    }
    generate_periods(tx, &periods, &calendar, now)
}

/// Generates the reports of periods that are not locked.
fn generate_periods(
    tx: &mut Tx<'_>,
    periods: &[Period],
    calendar: &BusinessCalendar,
    now: DateTime<Utc>,
) -> Result<()> {
    let open: Vec<Period> = periods
        .iter()
        .filter(|period| !calendar.is_locked(period.last))
        .copied()
        .collect();
    write_periods(tx, &open, calendar, now)
}

fn write_periods(
    tx: &mut Tx<'_>,
    periods: &[Period],
    calendar: &BusinessCalendar,
    now: DateTime<Utc>,
) -> Result<()> {
    let base = settings::get(tx.conn(), BaseCurrency)?;
    let Some(figures) = PeriodFigures::load(tx.conn(), periods, calendar, base, now)? else {
        return Ok(());
    };
    if let Some(base) = base {
        rates::freeze(tx, base, &figures.rates_to_freeze(calendar.day_of(now)))?;
    }
    for period in periods {
        let known = query::keys(tx.conn(), period)?;
        for row in figures.rows(period, &known, now)? {
            query::upsert(tx, &row)?;
        }
    }
    Ok(())
}

/// Locks all days before a day, after generating their reports for the last time.
pub fn lock(
    tx: &mut Tx<'_>,
    actor: &Actor,
    first_open: NaiveDate,
    now: DateTime<Utc>,
) -> Result<ReportLock> {
    query::lock_generation(tx)?;
    figures::block_late_facts(tx)?;
    let calendar = business_calendar(tx.conn())?;
    if calendar
        .locked_before()
        .is_some_and(|known| first_open <= known)
    {
        return Err(Error::field(
            "locked_before",
            "locked",
            "These days are locked already. Choose a later day.",
        ));
    }
    let locked_until = calendar.start_of(first_open);
    if locked_until > query::database_time(tx.conn())? - OPEN_AFTER_END {
        return Err(Error::field(
            "locked_before",
            "not_over",
            "The last locked day must have ended at least 24 hours ago.",
        ));
    }
    if let Some(first) = first_open_day(tx.conn(), &calendar)? {
        let mut periods = Vec::new();
        for length in ReportPeriodType::ALL {
            let mut period = Period::containing(*length, first);
            while period.last < first_open {
                periods.push(period);
                period = period.next();
            }
        }
        generate_periods(tx, &periods, &calendar, now)?;
    }
    let zone = calendar.zone().name();
    let lock = query::insert_lock(tx, first_open, locked_until, zone, actor.id)?;
    let event = AuditEvent::new(AuditAction::ReportLock, lock.id);
    let change = json!({ "locked_before": first_open, "time_zone": zone });
    audit::record(tx, actor, event.with_change(change))?;
    Ok(lock)
}

/// Returns the first day that is not locked and may have facts.
fn first_open_day(conn: &mut Conn, calendar: &BusinessCalendar) -> Result<Option<NaiveDate>> {
    let first_fact = query::first_fact_at(conn)?.map(|at| calendar.day_of(at));
    Ok(first_fact.map(|day| calendar.locked_before().map_or(day, |open| open.max(day))))
}

/// Locks the last month that ended long enough ago, as the settings say.
pub fn lock_past_months(tx: &mut Tx<'_>, actor: &Actor, now: DateTime<Utc>) -> Result<()> {
    let wait = settings::get(tx.conn(), LockAfterDays)?;
    if wait == 0 {
        return Ok(());
    }
    let calendar = business_calendar(tx.conn())?;
    let reached = before(calendar.day_of(now), wait.unsigned_abs());
    let first_open = Period::containing(ReportPeriodType::Monthly, reached).first;
    let is_locked = calendar
        .locked_before()
        .is_some_and(|known| known >= first_open);
    let has_facts = first_open_day(tx.conn(), &calendar)?.is_some_and(|day| day < first_open);
    if is_locked || !has_facts {
        return Ok(());
    }
    lock(tx, actor, first_open, now).map(drop)
}
