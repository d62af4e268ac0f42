//! How payments are summed up: by the business's days, each currency by itself, against the period before.

use super::{
    calendar::{self, Day},
    query::{self, Part},
};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use platform::{
    Conn, Error, Result, Tx,
    settings::{self, BusinessTimeZone},
};
use std::collections::{BTreeMap, HashMap};
use wire::{
    Currency, Money,
    billing::payments::{
        CurrencyOverview, MAX_DAYS, OverviewOptions, PaymentDay, PaymentOverview, PaymentShare,
        PaymentTotals,
    },
};

/// Days before yesterday that are made anew every time: a payment that had failed may still come in some days later.
const ANEW: u64 = 7;

/// The sums of a period.
pub fn overview(
    conn: &mut Conn,
    options: &OverviewOptions,
    now: DateTime<Utc>,
) -> Result<PaymentOverview> {
    let zone = settings::get(conn, BusinessTimeZone)?;
    let today = now.with_timezone(&zone).date_naive();
    let to = options.to.unwrap_or_else(|| calendar::after(today));
    let days = options.days.unwrap_or(30).unsigned_abs();
    let from = options
        .from
        .unwrap_or_else(|| calendar::before(to, days.into()));
    let length = (to - from).num_days();
    if length < 1 {
        return Err(Error::field(
            "to",
            "reversed",
            "`to` must lie after `from`.",
        ));
    }
    if length > MAX_DAYS {
        return Err(Error::field(
            "from",
            "too_long",
            format!("Ask for {MAX_DAYS} days at most."),
        ));
    }
    let previous_from = calendar::before(from, length.unsigned_abs());
    let parts = parts(conn, (previous_from, to), zone, today)?;
    let parts: Vec<Part> = parts
        .into_iter()
        .filter(|part| asked(options, part))
        .collect();
    Ok(PaymentOverview {
        from,
        to,
        previous_from,
        time_zone: zone.name().to_owned(),
        starts_at: calendar::start_of(from, zone),
        ends_at: calendar::start_of(to, zone),
        currencies: by_currency(&parts, &calendar::days(from, to, zone), previous_from),
    })
}

/// The sums of days: those that are over as they were made, the rest from the rows.
fn parts(
    conn: &mut Conn,
    (from, to): (NaiveDate, NaiveDate),
    zone: Tz,
    today: NaiveDate,
) -> Result<Vec<Part>> {
    let made_to = query::last_made(conn, zone.name())?.map_or(from, |last| {
        calendar::after(last).min(today).clamp(from, to)
    });
    let mut parts = query::as_made(conn, from, made_to)?;
    let rest = calendar::days(made_to, to.min(calendar::after(today)), zone);
    parts.extend(query::from_rows(conn, &rest)?);
    Ok(parts)
}

fn asked(options: &OverviewOptions, part: &Part) -> bool {
    options
        .currency
        .is_none_or(|wanted| wanted == part.currency)
        && options
            .payment_method
            .is_none_or(|wanted| wanted == part.payment_method)
        && options
            .payment_gateway
            .as_ref()
            .is_none_or(|wanted| *wanted == part.payment_gateway)
}

fn by_currency(parts: &[Part], days: &[Day], previous_from: NaiveDate) -> Vec<CurrencyOverview> {
    let mut known: Vec<Currency> = parts.iter().map(|part| part.currency).collect();
    known.sort_unstable();
    known.dedup();
    let mut all: Vec<CurrencyOverview> = known
        .into_iter()
        .map(|currency| {
            let own: Vec<&Part> = parts
                .iter()
                .filter(|part| part.currency == currency)
                .collect();
            one(currency, &own, days, previous_from)
        })
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.sums.payments));
    all
}

fn one(
    currency: Currency,
    parts: &[&Part],
    days: &[Day],
    previous_from: NaiveDate,
) -> CurrencyOverview {
    let first = days.first().map_or(previous_from, |day| day.day);
    let (now, before): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|part| part.day >= first);
    let (by_day, before_by_day) = (by_day(&now), by_day(&before));
    let days = days
        .iter()
        .zip(previous_from.iter_days())
        .map(|(day, before)| PaymentDay {
            day: day.day,
            starts_at: day.starts_at,
            ends_at: day.ends_at,
            sums: by_day.get(&day.day).cloned().unwrap_or_default(),
            previous_net_amount: before_by_day
                .get(&before)
                .map_or_else(Money::zero, |sums| sums.net_amount.clone()),
        })
        .collect();
    CurrencyOverview {
        currency,
        sums: sum(&now),
        previous: sum(&before),
        days,
        methods: shares(&now, |part| part.payment_method.to_string()),
        gateways: shares(&now, |part| part.payment_gateway.clone()),
    }
}

fn sum(parts: &[&Part]) -> PaymentTotals {
    let mut sums = PaymentTotals::default();
    for part in parts {
        part.add_to(&mut sums);
    }
    sums.complete()
}

fn by_day(parts: &[&Part]) -> HashMap<NaiveDate, PaymentTotals> {
    let mut days: HashMap<NaiveDate, Vec<&Part>> = HashMap::new();
    for part in parts {
        days.entry(part.day).or_default().push(part);
    }
    days.into_iter()
        .map(|(day, parts)| (day, sum(&parts)))
        .collect()
}

fn shares(parts: &[&Part], name: impl Fn(&Part) -> String) -> Vec<PaymentShare> {
    let mut named: BTreeMap<String, Vec<&Part>> = BTreeMap::new();
    for part in parts {
        named.entry(name(part)).or_default().push(part);
    }
    let mut shares: Vec<PaymentShare> = named
        .into_iter()
        .map(|(name, parts)| PaymentShare {
            name,
            sums: sum(&parts),
        })
        .collect();
    shares.sort_by(|a, b| b.sums.gross_amount.cmp(&a.sums.gross_amount));
    shares
}

/// Makes the days that are over and were not made yet, and the last ones anew; all of them when the zone was changed.
/// Run again, it comes to the same.
pub fn make_days(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    query::alone(tx)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let today = now.with_timezone(&zone).date_naive();
    let first = match query::last_made(tx.conn(), zone.name())? {
        Some(last) => calendar::before(last, ANEW),
        None => match query::beginning(tx.conn())? {
            Some(at) => at.with_timezone(&zone).date_naive(),
            None => return Ok(()),
        },
    };
    query::forget(tx, first, zone.name())?;
    query::make(tx, &calendar::days(first, today, zone), zone.name())
}

/// Makes the day of a moment anew, whenever that was, because something that it counted is so no more. What was not
/// made yet is left to the next time.
pub fn make_day(tx: &mut Tx<'_>, at: DateTime<Utc>) -> Result<()> {
    query::alone(tx)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let day = at.with_timezone(&zone).date_naive();
    if query::last_made(tx.conn(), zone.name())?.is_none_or(|last| day > last) {
        return Ok(());
    }
    query::forget_one(tx, day)?;
    query::make(
        tx,
        &calendar::days(day, calendar::after(day), zone),
        zone.name(),
    )
}
