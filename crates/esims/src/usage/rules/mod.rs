//! Business rules of usage: readings are applied to locked eSIMs, and everything that is shown is calculated from them.

mod apply;
mod forecast;
pub mod polling;
mod run;
#[cfg(test)]
mod tests;

pub use apply::{
    Anomaly, Changes, Counter, DayKey, EsimKey, EsimUse, Known, Period, Reading, Source,
};
pub use forecast::{due_reminder, next_reminder, share};
pub use run::BundleUse;

use super::{email, query};
use crate::bundles;
use apply::Clock;
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
    settings::{self, BusinessTimeZone},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use wire::{
    EsimId, FieldErrors, ProblemCode, ProviderId, data,
    esims::{inventory::EsimStatus, profile, usage::*},
    system::audit::AuditAction,
};

/// Records readings and returns one result per reading, in their order.
///
/// The eSIMs of the batch are locked first, so concurrent batches with the same eSIMs wait for each other and the greatest
/// reading wins in any order. The result of the whole batch is written with one statement per table.
pub fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    readings: &[Reading],
    now: DateTime<Utc>,
) -> Result<Vec<ReadingResult>> {
    let zone = settings::get(tx.conn(), BusinessTimeZone)?;
    let clock = Clock { now, zone };
    let keys: Vec<&EsimKey> = readings.iter().map(|reading| &reading.esim).collect();
    let since = readings
        .iter()
        .filter_map(|reading| reading.period)
        .map(|period| period.start);
    let mut esims = query::lock(tx, actor.owner_filter(), &keys, since.min())?;
    let by_iccid: HashMap<String, EsimId> = esims
        .iter()
        .map(|esim| (esim.iccid.clone(), esim.id))
        .collect();
    let id_of = |key: &EsimKey| match key {
        EsimKey::Id(id) => Some(*id),
        EsimKey::Iccid(iccid) => by_iccid.get(iccid).copied(),
    };
    let events: Vec<(EsimId, &str)> = readings
        .iter()
        .filter_map(|reading| Some((id_of(&reading.esim)?, reading.event_id.as_deref()?)))
        .collect();
    query::load_events(tx.conn(), &mut esims, &events)?;

    let mut results = Vec::with_capacity(readings.len());
    start_bundles(tx, actor, &mut esims, readings, &id_of)?;
    for reading in readings {
        let found = id_of(&reading.esim)
            .and_then(|id| esims.binary_search_by_key(&id, |esim| esim.id).ok())
            .and_then(|index| esims.get_mut(index));
        results.push(match found {
            None => result_of(reading, None, ReadingOutcome::UnknownEsim),
            Some(esim) => {
                let outcome = esim.apply(reading, clock);
                result_of(reading, Some(esim), outcome)
            }
        });
    }
    write(tx, actor, &mut esims, now)?;
    Ok(results)
}

fn result_of(reading: &Reading, esim: Option<&EsimUse>, outcome: ReadingOutcome) -> ReadingResult {
    ReadingResult {
        event_id: reading.event_id.clone().unwrap_or_default(),
        esim_id: esim.map(|esim| esim.id),
        outcome,
        used_bytes: esim
            .and_then(EsimUse::current_run)
            .map(|run| run.used_bytes()),
    }
}

/// Writes what a batch of readings has changed.
fn write(tx: &mut Tx<'_>, actor: &Actor, esims: &mut [EsimUse], now: DateTime<Utc>) -> Result<()> {
    query::insert_events(tx, esims, now)?;
    query::insert_anomalies(tx, esims, now)?;
    query::upsert_counters(tx, esims, now)?;
    query::upsert_days(tx, esims)?;
    query::insert_points(tx, esims)?;
    let grown = query::update_bundles(tx, esims)?;
    integrations::allocations::record_usage(tx, &grown)?;
    send_alerts(tx, actor, esims, now)?;
    let read: Vec<Value> = esims
        .iter_mut()
        .filter(|esim| esim.changes.is_read)
        .map(|esim| monitor_row(esim, now))
        .collect();
    query::upsert_monitor(tx, read)
}

/// Starts the first bundle of eSIMs that are used for the first time.
fn start_bundles(
    tx: &mut Tx<'_>,
    actor: &Actor,
    esims: &mut [EsimUse],
    readings: &[Reading],
    id_of: &dyn Fn(&EsimKey) -> Option<EsimId>,
) -> Result<()> {
    let mut first: BTreeMap<EsimId, DateTime<Utc>> = BTreeMap::new();
    for reading in readings {
        let esim = id_of(&reading.esim)
            .and_then(|id| esims.binary_search_by_key(&id, |esim| esim.id).ok())
            .and_then(|index| esims.get(index));
        if let Some(esim) = esim.filter(|esim| esim.is_first_use(reading)) {
            let at = first.entry(esim.id).or_insert(reading.read_at);
            *at = reading.read_at.min(*at);
        }
    }
    for (id, at) in first {
        bundles::note_first_use(tx, actor, id, at)?;
        query::reload(tx.conn(), esims, id)?;
    }
    Ok(())
}

/// Stores the thresholds that were passed, and queues one email for the highest threshold of each eSIM.
fn send_alerts(
    tx: &mut Tx<'_>,
    actor: &Actor,
    esims: &[EsimUse],
    now: DateTime<Utc>,
) -> Result<()> {
    for esim in esims {
        let Some(run) = esim.current_run() else {
            continue;
        };
        let highest = esim.changes.alerts.iter().map(|due| due.step).max();
        for due in &esim.changes.alerts {
            let alert = query::NewAlert {
                esim_id: esim.id,
                bundle_id: run.id,
                topups: run.topups(),
                kind: due.kind,
                step: due.step,
                used_bytes: run.used_bytes(),
                total_bytes: run.total_bytes(now),
                expires_at: None,
            };
            let is_new = query::insert_alert(tx, &alert)?;
            if is_new && Some(due.step) == highest {
                email::send_usage(tx, &actor.keys, esim.user_id, &alert, run.expires_at)?;
            }
        }
    }
    Ok(())
}

/// Returns the row of the monitor for an eSIM.
fn monitor_row(esim: &mut EsimUse, now: DateTime<Utc>) -> Value {
    esim.settle(now);
    let known = &esim.known;
    let Some(run) = esim.current_run() else {
        return json!({
            "esim_id": esim.id, "topups": 0, "used_bytes": 0, "forecast": ForecastState::TooLittleData, "readings": 0,
            "read_at": known.read_at, "received_at": known.received_at, "alert_step": 0,
        });
    };
    let allowance = EsimUse::allowance(&run, now);
    let forecast = esim.forecast(&run, now);
    let points = esim.points_of(run.id);
    let last_point = points.last().map(|point| point.at).or(run.starts_at);
    json!({
        "esim_id": esim.id, "bundle_id": run.id, "topups": run.topups(), "starts_at": run.starts_at, "expires_at": run.expires_at,
        "used_bytes": allowance.used_bytes, "total_bytes": allowance.total_bytes, "remaining_bytes": allowance.remaining_bytes(),
        "share": allowance.share(), "burn_bytes_per_day": forecast.burn_bytes_per_day, "forecast": forecast.state,
        "exhausted_at": forecast.exhausted_at, "left_at_expiry_bytes": forecast.left_at_expiry_bytes, "readings": known.readings,
        "last_point_at": last_point, "read_at": known.read_at, "received_at": known.received_at, "country": known.country,
        "network": known.network, "alert_step": known.alert_step, "remind_at": known.remind_at,
    })
}

/// Calculates the rows of the monitor again, after bundles or states of these eSIMs have changed.
pub fn refresh(tx: &mut Tx<'_>, ids: &[EsimId], now: DateTime<Utc>) -> Result<()> {
    let keys: Vec<EsimKey> = ids.iter().map(|id| EsimKey::Id(*id)).collect();
    let keys: Vec<&EsimKey> = keys.iter().collect();
    let mut esims = query::lock(tx, None, &keys, None)?;
    let rows = esims
        .iter_mut()
        .map(|esim| monitor_row(esim, now))
        .collect();
    query::upsert_monitor(tx, rows)
}

/// Records the readings of a request, with one entry in the audit log.
pub fn record_request(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewReadings,
    now: DateTime<Utc>,
) -> Result<ReadingResults> {
    let readings: Vec<Reading> = new
        .readings
        .iter()
        .enumerate()
        .map(|(index, reading)| to_reading(index, reading))
        .collect::<Result<_>>()?;
    let data = record(tx, actor, &readings, now)?;
    let count = |outcome: ReadingOutcome| data.iter().filter(|one| one.outcome == outcome).count();
    let (accepted, duplicates) = (
        count(ReadingOutcome::Accepted),
        count(ReadingOutcome::Duplicate),
    );
    let rejected = data.len() - accepted - duplicates;
    let change = json!({ "accepted": accepted, "duplicates": duplicates, "rejected": rejected });
    audit::record(
        tx,
        actor,
        AuditEvent::of_kind(AuditAction::UsageRecord, "usage").with_change(change),
    )?;
    Ok(ReadingResults {
        data,
        accepted,
        duplicates,
        rejected,
    })
}

/// Converts a reading of the API. Its fields are checked before, so an error is one of the program.
fn to_reading(index: usize, new: &NewReading) -> Result<Reading> {
    let esim = match (new.esim_id, new.iccid.as_deref().map(profile::iccid)) {
        (Some(id), None) => Some(EsimKey::Id(id)),
        (None, Some(Ok((digits, _)))) => Some(EsimKey::Iccid(digits)),
        _ => None,
    };
    let used_bytes = to_bytes(&new.value, new.unit);
    let (Some(esim), Some(used_bytes)) = (esim, used_bytes) else {
        let mut bad = FieldErrors::default();
        bad.add(
            format!("readings[{index}]"),
            "invalid",
            "Correct the reading.",
        );
        return Err(Error::fields(bad.0));
    };
    Ok(Reading {
        event_id: Some(new.event_id.trim().to_owned()),
        esim,
        used_bytes,
        read_at: new.read_at,
        period: new
            .period_start
            .zip(new.period_end)
            .map(|(start, end)| Period { start, end }),
        bundle_ref: None,
        voice_minutes: new.voice_minutes,
        sms_count: new.sms_count,
        country: new.country.clone(),
        network: new.network.clone(),
        source: Source::Api,
    })
}

/// The number of days of a series without a choice.
const DAYS: i32 = 30;
/// The maximum number of days of a series.
const MOST_DAYS: i32 = 366;

/// Returns the usage of an eSIM that the actor may see. Only staff see anomalies and errors of the provider.
pub fn show(
    conn: &mut Conn,
    actor: &Actor,
    id: EsimId,
    options: &UsageOptions,
    now: DateTime<Utc>,
) -> Result<EsimUsage> {
    let only = actor.owner_filter();
    let row = query::find_monitored(conn, only, id)?;
    let days = options.days.unwrap_or(DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Error::field(
            "days",
            "out_of_range",
            "Enter a whole number from 1 to 366.",
        ));
    }
    let zone = settings::get(conn, BusinessTimeZone)?;
    let today = now.with_timezone(&zone).date_naive();
    let from = today - TimeDelta::days((days - 1).into());
    let used = query::days(conn, id, from)?;
    let mut by_day: BTreeMap<_, i64> = from
        .iter_days()
        .take_while(|day| *day <= today)
        .map(|day| (day, 0))
        .collect();
    for (day, used_bytes) in used {
        let sum = by_day.entry(day).or_default();
        *sum = sum.saturating_add(used_bytes);
    }
    let is_staff = only.is_none();
    let anomalies = if is_staff {
        query::anomalies(conn, id)?
    } else {
        Vec::new()
    };
    Ok(EsimUsage {
        current: row.as_ref().map(|row| to_forecast(row, now)),
        bundles: query::bundles(conn, id)?,
        last_reading: query::last_reading(conn, id)?,
        read_at: row.as_ref().and_then(|row| row.read_at),
        received_at: row.as_ref().and_then(|row| row.received_at),
        provider_age_minutes: row
            .as_ref()
            .and_then(|row| row.provider_age_minutes)
            .map(i64::from),
        polled_at: row.as_ref().and_then(|row| row.polled_at),
        next_poll_at: row.as_ref().and_then(query::MonitorRow::next_poll),
        poll_error: row.filter(|_| is_staff).and_then(|row| row.poll_error),
        days: by_day
            .into_iter()
            .map(|(day, used_bytes)| DayUsage { day, used_bytes })
            .collect(),
        places: query::places(conn, id, from)?,
        anomalies,
        alerts: query::alerts(conn, id)?,
    })
}

fn to_forecast(row: &query::MonitorRow, now: DateTime<Utc>) -> UsageForecast {
    let state = row.forecast.at(row.last_point_at, now);
    UsageForecast {
        used_bytes: row.used_bytes,
        total_bytes: row.total_bytes,
        remaining_bytes: row.remaining_bytes,
        share: row.share.clone(),
        summary: data::used_of(row.used_bytes, row.total_bytes),
        state,
        burn_bytes_per_day: row.burn_bytes_per_day,
        exhausted_at: row.exhausted_at.filter(|_| state == ForecastState::RunsOut),
        left_at_expiry_bytes: row
            .left_at_expiry_bytes
            .filter(|_| state == ForecastState::Lasts),
        starts_at: row.starts_at,
        expires_at: row.expires_at,
    }
}

/// Makes an eSIM due for a call to its provider, and returns the provider; `None` if the provider was asked within the last
/// minute.
pub fn request_poll(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EsimId,
    now: DateTime<Utc>,
) -> Result<Option<ProviderId>> {
    let wrong_state = |why: &str| Err(Error::with_detail(ProblemCode::WrongState, why));
    let Some(row) = query::find_monitored(tx.conn(), actor.owner_filter(), id)? else {
        return wrong_state("The eSIM has no bundle, so its provider has no usage to report.");
    };
    if matches!(row.status, EsimStatus::Expired | EsimStatus::Cancelled) {
        return wrong_state("The eSIM has ended, so its usage does not change.");
    }
    if row
        .polled_at
        .is_some_and(|last| now - last < TimeDelta::minutes(1))
    {
        return Ok(None);
    }
    let Some(provider) = query::make_due(tx, id)? else {
        return wrong_state("The eSIM has no provider that could be asked.");
    };
    audit::record(tx, actor, AuditEvent::new(AuditAction::UsageRefresh, id))?;
    Ok(Some(provider))
}
