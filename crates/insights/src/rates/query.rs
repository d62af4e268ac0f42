//! SQL of exchange rates.

use super::rules::{ChosenRate, Quote, UsedRate};
use chrono::NaiveDate;
use diesel::{pg::Pg, prelude::*, upsert::excluded};
use platform::{Actor, Conn, Error, Result, Tx, any_of, page};
use schema::{exchange_rates as rates, report_rates};
use std::collections::HashMap;
use wire::{
    Currency, ExchangeRateId, Page, Paging, UserId,
    insights::rates::{ExchangeRate, ExchangeRateFilter, ExchangeRateSort, NewExchangeRate, Rate},
};

/// Returns one page of the exchange rates.
pub fn page(
    conn: &mut Conn,
    _: &Actor,
    filter: &ExchangeRateFilter,
    paging: &Paging<ExchangeRateSort>,
) -> Result<Page<ExchangeRate>> {
    page!(conn, paging, matching(filter).select(ExchangeRate::as_select()) => ExchangeRate, tie rates::id, {
        ExchangeRateSort::RateDate => rates::rate_date,
        ExchangeRateSort::UpdatedAt => rates::updated_at,
    })
}

fn matching(filter: &ExchangeRateFilter) -> rates::BoxedQuery<'_, Pg> {
    let mut rows = rates::table.into_boxed();
    rows = any_of!(rows, rates::from_currency, filter.from_currency);
    rows = any_of!(rows, rates::to_currency, filter.to_currency);
    if let Some(source) = &filter.source {
        rows = rows.filter(rates::source.eq(source));
    }
    if let Some(from) = filter.rate_date_from {
        rows = rows.filter(rates::rate_date.ge(from));
    }
    if let Some(to) = filter.rate_date_to {
        rows = rows.filter(rates::rate_date.lt(to));
    }
    rows
}

/// Returns the rates with the source, day and currencies of the given ones.
pub fn same(conn: &mut Conn, new: &[NewExchangeRate]) -> Result<Vec<ExchangeRate>> {
    let dates: Vec<NaiveDate> = new.iter().map(|one| one.rate_date).collect();
    let sources: Vec<&str> = new.iter().map(|one| one.source.as_str()).collect();
    Ok(rates::table
        .filter(rates::rate_date.eq_any(dates))
        .filter(rates::source.eq_any(sources))
        .select(ExchangeRate::as_select())
        .load(conn)?)
}

/// Inserts rates; a rate of the same source, day and currencies is replaced.
pub fn upsert(tx: &mut Tx<'_>, new: &[NewExchangeRate], by: Option<UserId>) -> Result<()> {
    let rows: Vec<_> = new
        .iter()
        .map(|one| {
            (
                rates::id.eq(ExchangeRateId::new()),
                rates::rate_date.eq(one.rate_date),
                rates::from_currency.eq(one.from_currency),
                rates::to_currency.eq(one.to_currency),
                rates::rate.eq(&one.rate),
                rates::source.eq(one.source.trim()),
                rates::created_by.eq(by),
            )
        })
        .collect();
    diesel::insert_into(rates::table)
        .values(rows)
        .on_conflict((
            rates::source,
            rates::rate_date,
            rates::from_currency,
            rates::to_currency,
        ))
        .do_update()
        .set(rates::rate.eq(excluded(rates::rate)))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the rates as their sources state them, from the first day up to the last one, without the last one.
pub fn quotes(conn: &mut Conn, from: NaiveDate, to: NaiveDate) -> Result<Vec<Quote>> {
    type Line = (NaiveDate, Currency, Currency, Rate, String);
    let rows: Vec<Line> = rates::table
        .filter(rates::rate_date.ge(from))
        .filter(rates::rate_date.lt(to))
        .select((
            rates::rate_date,
            rates::from_currency,
            rates::to_currency,
            rates::rate,
            rates::source,
        ))
        .load(conn)?;
    let quote = |(day, from, to, rate, source)| Quote {
        day,
        from,
        to,
        rate,
        source,
    };
    Ok(rows.into_iter().map(quote).collect())
}

/// Returns the rates that reports of these days were made with.
pub fn frozen(
    conn: &mut Conn,
    base: Currency,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<HashMap<(NaiveDate, Currency), ChosenRate>> {
    type Line = (NaiveDate, Currency, Rate, NaiveDate, String);
    let rows: Vec<Line> = report_rates::table
        .filter(report_rates::base_currency.eq(base))
        .filter(report_rates::day.ge(from))
        .filter(report_rates::day.lt(to))
        .select((
            report_rates::day,
            report_rates::currency,
            report_rates::rate,
            report_rates::rate_date,
            report_rates::source,
        ))
        .load(conn)?;
    let entry = |(day, currency, rate, rate_date, source)| {
        let chosen = ChosenRate {
            rate,
            rate_date,
            source,
        };
        ((day, currency), chosen)
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// Stores the rates that reports of days were made with. Stored ones stay.
pub fn freeze(tx: &mut Tx<'_>, base: Currency, used: &[UsedRate]) -> Result<()> {
    for part in used.chunks(1000) {
        let rows: Vec<_> = part
            .iter()
            .map(|one| {
                (
                    report_rates::day.eq(one.day),
                    report_rates::base_currency.eq(base),
                    report_rates::currency.eq(one.currency),
                    report_rates::rate.eq(&one.chosen.rate),
                    report_rates::rate_date.eq(one.chosen.rate_date),
                    report_rates::source.eq(&one.chosen.source),
                )
            })
            .collect();
        diesel::insert_into(report_rates::table)
            .values(rows)
            .on_conflict_do_nothing()
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Serializes imports, so that the counts of an import are right.
pub fn lock(tx: &mut Tx<'_>) -> Result<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('exchange_rates'), 0)")
        .execute(tx.conn())
        .map(drop)
        .map_err(Error::from)
}
