//! The payment sums: by business day, separately for each currency, with the previous period.

use super::query::{self, DaySums};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use platform::{
    Conn, Error, Result, Tx,
    calendar::{self, Day},
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

/// The number of days before the last stored day that are stored again: a failed payment may still be completed some days
/// later.
const REPEATED_DAYS: u64 = 7;

/// Returns the sums of a period.
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
        return Err(Error::field("to", "reversed", "`to` must be after `from`."));
    }
    if length > MAX_DAYS {
        return Err(Error::field(
            "from",
            "too_long",
            format!("Choose a period of at most {MAX_DAYS} days."),
        ));
    }
    let previous_from = calendar::before(from, length.unsigned_abs());
    let cut = same_time(from, to, now, zone);
    let until_cut = cut.map_or(Ok(Vec::new()), |cut| query::from_rows(conn, &[cut]))?;
    let previous = Previous {
        from: previous_from,
        until_cut: matching(options, until_cut),
        cut,
    };
    let parts = matching(options, day_sums(conn, previous_from, to, zone, today)?);
    Ok(PaymentOverview {
        from,
        to,
        previous_from,
        previous_cut_at: cut.map(|cut| cut.ends_at),
        time_zone: zone.name().to_owned(),
        starts_at: calendar::start_of(from, zone),
        ends_at: calendar::start_of(to, zone),
        currencies: by_currency(&parts, &calendar::days(from, to, zone), &previous),
    })
}

/// The period before.
struct Previous {
    from: NaiveDate,
    /// The day at whose time of day the period is compared, up to that time.
    cut: Option<Day>,
    /// The sums of that part of the day.
    until_cut: Vec<DaySums>,
}

/// Returns the day of the previous period with the same number as today, from its start to the same time of day; `None` for
/// a period that does not contain the present.
fn same_time(from: NaiveDate, to: NaiveDate, now: DateTime<Utc>, zone: Tz) -> Option<Day> {
    let local = now.with_timezone(&zone);
    let today = local.date_naive();
    let day = today - (to - from);
    (from <= today && today < to).then(|| Day {
        day,
        starts_at: calendar::start_of(day, zone),
        ends_at: calendar::instant_of(day.and_time(local.time()), zone),
    })
}

fn matching(options: &OverviewOptions, parts: Vec<DaySums>) -> Vec<DaySums> {
    parts
        .into_iter()
        .filter(|part| matches_filter(options, part))
        .collect()
}

/// Returns the sums of days: the stored sums of past days, and the sums of the other rows.
fn day_sums(
    conn: &mut Conn,
    from: NaiveDate,
    to: NaiveDate,
    zone: Tz,
    today: NaiveDate,
) -> Result<Vec<DaySums>> {
    let stored_to = query::last_stored(conn, zone.name())?.map_or(from, |last| {
        calendar::after(last).min(today).clamp(from, to)
    });
    let mut parts = query::stored(conn, from, stored_to)?;
    let rest = calendar::days(stored_to, to.min(calendar::after(today)), zone);
    parts.extend(query::from_rows(conn, &rest)?);
    Ok(parts)
}

fn matches_filter(options: &OverviewOptions, part: &DaySums) -> bool {
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

fn by_currency(parts: &[DaySums], days: &[Day], previous: &Previous) -> Vec<CurrencyOverview> {
    let mut known: Vec<Currency> = parts.iter().map(|part| part.currency).collect();
    known.sort_unstable();
    known.dedup();
    let mut all: Vec<CurrencyOverview> = known
        .into_iter()
        .map(|currency| {
            let own: Vec<&DaySums> = parts
                .iter()
                .filter(|part| part.currency == currency)
                .collect();
            currency_overview(currency, &own, days, previous)
        })
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.sums.payments));
    all
}

fn currency_overview(
    currency: Currency,
    parts: &[&DaySums],
    days: &[Day],
    previous: &Previous,
) -> CurrencyOverview {
    let first = days.first().map_or(previous.from, |day| day.day);
    let (now, before): (Vec<&DaySums>, Vec<&DaySums>) =
        parts.iter().partition(|part| part.day >= first);
    let (by_day, before_by_day) = (by_day(&now), by_day(&before));
    let days = days
        .iter()
        .zip(previous.from.iter_days())
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
        previous: sum(&until_cut(&before, currency, previous)),
        previous_full: sum(&before),
        days,
        methods: shares(&now, |part| part.payment_method.to_string()),
        gateways: shares(&now, |part| part.payment_gateway.clone()),
    }
}

/// Returns the sums of the previous period up to the same time of day.
fn until_cut<'a>(
    before: &[&'a DaySums],
    currency: Currency,
    previous: &'a Previous,
) -> Vec<&'a DaySums> {
    let Some(cut) = previous.cut else {
        return before.to_vec();
    };
    let part = previous.until_cut.iter();
    before
        .iter()
        .copied()
        .filter(|part| part.day < cut.day)
        .chain(part.filter(|part| part.currency == currency))
        .collect()
}

fn sum(parts: &[&DaySums]) -> PaymentTotals {
    let mut sums = PaymentTotals::default();
    for part in parts {
        part.add_to(&mut sums);
    }
    sums.complete()
}

fn by_day(parts: &[&DaySums]) -> HashMap<NaiveDate, PaymentTotals> {
    let mut days: HashMap<NaiveDate, Vec<&DaySums>> = HashMap::new();
    for part in parts {
        days.entry(part.day).or_default().push(part);
    }
    days.into_iter()
        .map(|(day, parts)| (day, sum(&parts)))
        .collect()
}

fn shares(parts: &[&DaySums], name: impl Fn(&DaySums) -> String) -> Vec<PaymentShare> {
    let mut named: BTreeMap<String, Vec<&DaySums>> = BTreeMap::new();
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

/// Stores the sums of the past days that are not stored yet, and of the last days again; after a change of the time zone,
/// of all days. A repeated run has the same result.
pub fn store_days(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    query::lock(tx)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let today = now.with_timezone(&zone).date_naive();
    let first = match query::last_stored(tx.conn(), zone.name())? {
        Some(last) => calendar::before(last, REPEATED_DAYS),
        None => match query::first_payment_at(tx.conn())? {
            Some(at) => at.with_timezone(&zone).date_naive(),
            None => return Ok(()),
        },
    };
    query::delete_from(tx, first, zone.name())?;
    query::store(tx, &calendar::days(first, today, zone), zone.name())
}

/// Stores the sums of the day of a time again, because a row that was counted has changed. A day that is not stored yet is
/// left to [`store_days`].
pub fn store_day(tx: &mut Tx<'_>, at: DateTime<Utc>) -> Result<()> {
    query::lock(tx)?;
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let day = at.with_timezone(&zone).date_naive();
    if query::last_stored(tx.conn(), zone.name())?.is_none_or(|last| day > last) {
        return Ok(());
    }
    query::delete_day(tx, day)?;
    query::store(
        tx,
        &calendar::days(day, calendar::after(day), zone),
        zone.name(),
    )
}
