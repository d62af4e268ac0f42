//! Imports exchange rates from a CSV file or a JSON array: all rows or none.

use super::query;
use platform::{
    Actor, Error, Result, Tx, Upload,
    audit::{self, AuditEvent},
    import::{self, Record},
};
use serde_json::json;
use std::collections::HashMap;
use wire::{
    Check, Currency, FieldError, FieldErrors, Param, Resource,
    insights::rates::{ExchangeRate, ExchangeRateImport, MAX_RATES, NewExchangeRate, Rate},
    system::audit::AuditAction,
};

/// The source of rows that do not name one.
const UNNAMED_SOURCE: &str = "import";

/// Reads the rates of a file.
pub fn read(upload: &Upload) -> Result<Vec<NewExchangeRate>> {
    let records = import::table(upload)?;
    if records.len() > MAX_RATES {
        let why = format!("Send at most {MAX_RATES} rates at a time.");
        return Err(Error::field("rows", "too_many", why));
    }
    let (mut rates, mut errors) = (Vec::new(), Vec::new());
    for record in &records {
        match rate(record) {
            Ok(rate) => rates.push(rate),
            Err(bad) => errors.extend(bad.0.into_iter().map(|error| FieldError {
                field: format!("rows.{}.{}", record.number, error.field),
                ..error
            })),
        }
    }
    if errors.is_empty() {
        Ok(rates)
    } else {
        Err(Error::fields(errors))
    }
}

fn rate(record: &Record) -> Result<NewExchangeRate, FieldErrors> {
    let mut bad = FieldErrors::default();
    let rate_date = field(record, &mut bad, &["rate_date", "date", "day"]);
    let from_currency: Option<Currency> = field(record, &mut bad, &["from_currency", "from"]);
    let to_currency: Option<Currency> = field(record, &mut bad, &["to_currency", "to"]);
    let rate: Option<Rate> = field(record, &mut bad, &["rate", "value"]);
    let source = record.get(&["source"]).unwrap_or(UNNAMED_SOURCE).to_owned();
    let (Some(rate_date), Some(from_currency), Some(to_currency), Some(rate)) =
        (rate_date, from_currency, to_currency, rate)
    else {
        return Err(bad);
    };
    let new = NewExchangeRate {
        rate_date,
        from_currency,
        to_currency,
        rate,
        source,
    };
    new.check(&mut bad);
    if bad.0.is_empty() { Ok(new) } else { Err(bad) }
}

/// Reads a value of one of the columns; the first one is the name in errors.
fn field<T: Param>(record: &Record, bad: &mut FieldErrors, names: &[&str]) -> Option<T> {
    let name = names.first().copied().unwrap_or_default();
    let Some(text) = record.get(names) else {
        bad.add(name, "required", format!("`{name}` is required."));
        return None;
    };
    T::parse(text.trim())
        .map_err(|why| bad.add(name, "type", format!("`{name}` {why}.")))
        .ok()
}

/// Stores rates. A rate of the same source, day and currencies is replaced; reports keep the rates that they were made with.
pub fn store(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &[NewExchangeRate],
) -> Result<ExchangeRateImport> {
    let mut unique: HashMap<Key<'_>, &NewExchangeRate> = HashMap::new();
    for one in new {
        if unique.insert(Key::of(one), one).is_some() {
            let why = format!(
                "The rate of {} from {} to {} is in the request twice.",
                one.rate_date, one.from_currency, one.to_currency
            );
            return Err(Error::field("rates", "duplicate", why));
        }
    }
    query::lock(tx)?;
    let known = query::same(tx.conn(), new)?;
    let mut result = ExchangeRateImport {
        created: i32::try_from(new.len()).map_err(Error::internal)?,
        changed: 0,
        unchanged: 0,
    };
    for before in &known {
        if let Some(after) = unique.get(&Key::of_known(before)) {
            result.created -= 1;
            if after.rate == before.rate {
                result.unchanged += 1;
            } else {
                result.changed += 1;
            }
        }
    }
    query::upsert(tx, new, actor.id)?;
    let event = AuditEvent::of_kind(AuditAction::ExchangeRateImport, ExchangeRate::ONE);
    audit::record(tx, actor, event.with_change(json!(result)))?;
    Ok(result)
}

/// The key of a rate.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key<'a> {
    source: &'a str,
    day: chrono::NaiveDate,
    from: Currency,
    to: Currency,
}

impl<'a> Key<'a> {
    fn of(new: &'a NewExchangeRate) -> Self {
        Self {
            source: new.source.trim(),
            day: new.rate_date,
            from: new.from_currency,
            to: new.to_currency,
        }
    }
    fn of_known(known: &'a ExchangeRate) -> Self {
        Self {
            source: &known.source,
            day: known.rate_date,
            from: known.from_currency,
            to: known.to_currency,
        }
    }
}
