//! SQL of readings: a batch is loaded and written with one statement per table.

use crate::usage::rules::{Anomaly, BundleUse, Counter, DayKey, EsimKey, EsimUse, Known, Period};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    prelude::*,
    sql_types::{
        Array, BigInt, Bool, Date, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
    },
};
use platform::{Conn, Owner, Result, Tx};
use schema::sql_types;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use wire::{
    BundleId, EsimId, UsageId, UserId,
    esims::{inventory::EsimStatus, usage::BundleStatus},
};

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct EsimRow {
    #[diesel(sql_type = SqlUuid)]
    id: EsimId,
    #[diesel(sql_type = Text)]
    iccid: String,
    #[diesel(sql_type = sql_types::EsimStatus)]
    status: EsimStatus,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    user_id: Option<UserId>,
}

/// The rows are locked in the order of their ids, so that two batches never wait for each other in a circle.
const LOCK: &str = "SELECT e.id, e.iccid, e.status, e.user_id FROM esims e \
    WHERE e.deleted_at IS NULL AND (e.id = ANY($1) OR e.iccid = ANY($2)) AND ($3::uuid IS NULL OR e.user_id = $3) \
    AND ($4::uuid IS NULL OR EXISTS (SELECT FROM users u WHERE u.id = e.user_id AND u.client_id = $4)) \
    ORDER BY e.id FOR NO KEY UPDATE OF e";

/// Locks the eSIMs of these ids and ICCIDs, and loads their usage. Unknown eSIMs, and those of other owners, are left out.
/// `since` is the start of the earliest period that a reading states.
pub fn lock(
    tx: &mut Tx<'_>,
    only: Option<Owner>,
    keys: &[&EsimKey],
    since: Option<DateTime<Utc>>,
) -> Result<Vec<EsimUse>> {
    let (mut ids, mut iccids) = (Vec::new(), Vec::new());
    for key in keys {
        match key {
            EsimKey::Id(id) => ids.push(*id),
            EsimKey::Iccid(iccid) => iccids.push(iccid.as_str()),
        }
    }
    let (person, client) = match only {
        None => (None, None),
        Some(Owner::Person(id)) => (Some(id.0), None),
        Some(Owner::Client(id)) => (None, Some(id.0)),
    };
    let rows: Vec<EsimRow> = diesel::sql_query(LOCK)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(iccids)
        .bind::<Nullable<SqlUuid>, _>(person)
        .bind::<Nullable<SqlUuid>, _>(client)
        .load(tx.conn())?;
    let mut esims: Vec<EsimUse> = rows
        .into_iter()
        .map(|row| EsimUse {
            id: row.id,
            iccid: row.iccid,
            status: row.status,
            user_id: row.user_id,
            bundles: Vec::new(),
            counters: BTreeMap::new(),
            points: BTreeMap::new(),
            events: BTreeSet::new(),
            known: Known::default(),
            changes: crate::usage::rules::Changes::default(),
        })
        .collect();
    load_bundles(tx.conn(), &mut esims)?;
    load_known(tx.conn(), &mut esims)?;
    load_points(tx.conn(), &mut esims)?;
    load_counters(tx.conn(), &mut esims, since)?;
    Ok(esims)
}

fn ids_of(esims: &[EsimUse]) -> Vec<EsimId> {
    esims.iter().map(|esim| esim.id).collect()
}

/// Returns the eSIM with this id; the eSIMs are sorted by id.
fn find(esims: &mut [EsimUse], id: EsimId) -> Option<&mut EsimUse> {
    let index = esims.binary_search_by_key(&id, |esim| esim.id).ok()?;
    esims.get_mut(index)
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct BundleRow {
    #[diesel(sql_type = SqlUuid)]
    esim_id: EsimId,
    #[diesel(sql_type = SqlUuid)]
    id: BundleId,
    #[diesel(sql_type = sql_types::BundleStatus)]
    status: BundleStatus,
    #[diesel(sql_type = Bool)]
    is_first: bool,
    #[diesel(sql_type = Nullable<Text>)]
    provider_ref: Option<String>,
    #[diesel(sql_type = Nullable<BigInt>)]
    total_bytes: Option<i64>,
    #[diesel(sql_type = BigInt)]
    used_bytes: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    starts_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
}

/// The bundle that came with the eSIM starts with the activation of the eSIM, if the provider does not report its start.
const BUNDLES: &str = "SELECT b.esim_id, b.id, b.status, o.kind = 'new' AS is_first, b.provider_ref, b.total_bytes, b.used_bytes, \
    coalesce(b.starts_at, CASE WHEN o.kind = 'new' THEN e.activated_at END) AS starts_at, \
    coalesce(b.expires_at, CASE WHEN o.kind = 'new' THEN e.expires_at END) AS expires_at, \
    b.created_at \
    FROM esim_bundles b JOIN orders o ON o.id = b.order_id JOIN esims e ON e.id = b.esim_id \
    WHERE b.esim_id = ANY($1)";

/// Loads the state and the bundles of eSIMs again, after the first use has started a bundle.
pub fn reload(conn: &mut Conn, esims: &mut [EsimUse], id: EsimId) -> Result<()> {
    let status: EsimStatus = schema::esims::table
        .find(id)
        .select(schema::esims::status)
        .first(conn)?;
    if let Some(esim) = find(esims, id) {
        esim.status = status;
        esim.bundles.clear();
        load_bundles(conn, std::slice::from_mut(esim))?;
    }
    Ok(())
}

fn load_bundles(conn: &mut Conn, esims: &mut [EsimUse]) -> Result<()> {
    let rows: Vec<BundleRow> = diesel::sql_query(BUNDLES)
        .bind::<Array<SqlUuid>, _>(ids_of(esims))
        .load(conn)?;
    for row in rows {
        if let Some(esim) = find(esims, row.esim_id) {
            esim.bundles.push(BundleUse {
                id: row.id,
                status: row.status,
                is_first: row.is_first,
                provider_ref: row.provider_ref,
                total_bytes: row.total_bytes,
                used_bytes: row.used_bytes,
                starts_at: row.starts_at,
                expires_at: row.expires_at,
                created_at: row.created_at,
            });
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct KnownRow {
    #[diesel(sql_type = SqlUuid)]
    esim_id: EsimId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    bundle_id: Option<BundleId>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Integer)]
    readings: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    read_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    received_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    country: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    network: Option<String>,
    #[diesel(sql_type = Integer)]
    alert_step: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    remind_at: Option<DateTime<Utc>>,
}

const KNOWN: &str = "SELECT esim_id, bundle_id, expires_at, readings, read_at, received_at, country, network, alert_step, remind_at \
    FROM usage_monitor WHERE esim_id = ANY($1)";

fn load_known(conn: &mut Conn, esims: &mut [EsimUse]) -> Result<()> {
    let rows: Vec<KnownRow> = diesel::sql_query(KNOWN)
        .bind::<Array<SqlUuid>, _>(ids_of(esims))
        .load(conn)?;
    for row in rows {
        if let Some(esim) = find(esims, row.esim_id) {
            esim.known = Known {
                run: row.bundle_id,
                expires_at: row.expires_at,
                readings: row.readings,
                read_at: row.read_at,
                received_at: row.received_at,
                country: row.country,
                network: row.network,
                alert_step: row.alert_step,
                remind_at: row.remind_at,
            };
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct PointRow {
    #[diesel(sql_type = SqlUuid)]
    esim_id: EsimId,
    #[diesel(sql_type = SqlUuid)]
    bundle_id: BundleId,
    #[diesel(sql_type = Timestamptz)]
    read_at: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    used_bytes: i64,
}

fn load_points(conn: &mut Conn, esims: &mut [EsimUse]) -> Result<()> {
    let rows: Vec<PointRow> = diesel::sql_query(
        "SELECT esim_id, bundle_id, read_at, used_bytes FROM usage_points WHERE esim_id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(ids_of(esims))
    .load(conn)?;
    for row in rows {
        if let Some(esim) = find(esims, row.esim_id) {
            esim.points
                .insert((row.bundle_id, row.read_at), row.used_bytes);
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct CounterRow {
    #[diesel(sql_type = SqlUuid)]
    id: UsageId,
    #[diesel(sql_type = SqlUuid)]
    esim_id: EsimId,
    #[diesel(sql_type = Timestamptz)]
    period_start: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    period_end: DateTime<Utc>,
    #[diesel(sql_type = BigInt)]
    used_bytes: i64,
    #[diesel(sql_type = Integer)]
    voice_minutes: i32,
    #[diesel(sql_type = Integer)]
    sms_count: i32,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: DateTime<Utc>,
}

/// The lower bound of the period skips the partitions of months before all bundles.
const COUNTERS: &str = "SELECT id, esim_id, period_start, period_end, used_bytes, voice_minutes, sms_count, recorded_at \
    FROM esim_data_usage WHERE esim_id = ANY($1) AND period_start >= $2";

fn load_counters(
    conn: &mut Conn,
    esims: &mut [EsimUse],
    since: Option<DateTime<Utc>>,
) -> Result<()> {
    let starts = esims
        .iter()
        .flat_map(|esim| &esim.bundles)
        .filter_map(|bundle| bundle.starts_at);
    let Some(since) = starts.chain(since).min() else {
        return Ok(());
    };
    let rows: Vec<CounterRow> = diesel::sql_query(COUNTERS)
        .bind::<Array<SqlUuid>, _>(ids_of(esims))
        .bind::<Timestamptz, _>(since)
        .load(conn)?;
    for row in rows {
        if let Some(esim) = find(esims, row.esim_id) {
            let period = Period {
                start: row.period_start,
                end: row.period_end,
            };
            let counter = Counter {
                id: row.id,
                used_bytes: row.used_bytes,
                voice_minutes: row.voice_minutes,
                sms_count: row.sms_count,
                recorded_at: row.recorded_at,
                is_changed: false,
            };
            esim.counters.insert(period, counter);
        }
    }
    Ok(())
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct EventRow {
    #[diesel(sql_type = SqlUuid)]
    esim_id: EsimId,
    #[diesel(sql_type = Text)]
    event_id: String,
}

/// Loads which of these events were received before.
pub fn load_events(
    conn: &mut Conn,
    esims: &mut [EsimUse],
    events: &[(EsimId, &str)],
) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let (ids, names): (Vec<EsimId>, Vec<&str>) = events.iter().copied().unzip();
    let rows: Vec<EventRow> = diesel::sql_query(
        "SELECT e.esim_id, e.event_id FROM unnest($1::uuid[], $2::text[]) AS given (esim_id, event_id) \
         JOIN usage_events e ON e.esim_id = given.esim_id AND e.event_id = given.event_id",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<Text>, _>(names)
    .load(conn)?;
    for row in rows {
        if let Some(esim) = find(esims, row.esim_id) {
            esim.events.insert(row.event_id);
        }
    }
    Ok(())
}

const INSERT_EVENTS: &str = "INSERT INTO usage_events (esim_id, event_id, received_at) \
    SELECT esim_id, event_id, $3 FROM unnest($1::uuid[], $2::text[]) AS new (esim_id, event_id) ON CONFLICT DO NOTHING";

/// Remembers the events of a batch.
pub fn insert_events(tx: &mut Tx<'_>, esims: &[EsimUse], now: DateTime<Utc>) -> Result<()> {
    let (ids, names): (Vec<EsimId>, Vec<&str>) = esims
        .iter()
        .flat_map(|esim| {
            esim.changes
                .events
                .iter()
                .map(|event| (esim.id, event.as_str()))
        })
        .unzip();
    if ids.is_empty() {
        return Ok(());
    }
    diesel::sql_query(INSERT_EVENTS)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Text>, _>(names)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    Ok(())
}

/// A counter never shrinks, whatever another transaction has written since it was loaded.
const UPSERT_COUNTERS: &str = "INSERT INTO esim_data_usage AS u (id, esim_id, used_bytes, limit_bytes, voice_minutes, sms_count, period_start, period_end, recorded_at) \
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::integer[], $6::integer[], $7::timestamptz[], $8::timestamptz[], $9::timestamptz[]) \
    ON CONFLICT (esim_id, period_start, period_end) DO UPDATE SET used_bytes = greatest(u.used_bytes, excluded.used_bytes), \
    limit_bytes = excluded.limit_bytes, voice_minutes = greatest(u.voice_minutes, excluded.voice_minutes), \
    sms_count = greatest(u.sms_count, excluded.sms_count), recorded_at = greatest(u.recorded_at, excluded.recorded_at)";

/// Writes the counters of a batch, with the data of their bundles as the limit.
pub fn upsert_counters(tx: &mut Tx<'_>, esims: &[EsimUse], now: DateTime<Utc>) -> Result<()> {
    let (mut ids, mut of, mut used, mut limits) = (vec![], vec![], vec![], vec![]);
    let (mut voice, mut sms) = (vec![], vec![]);
    let (mut starts, mut ends, mut times) = (vec![], vec![], vec![]);
    for esim in esims {
        let limit = esim.current_run().and_then(|run| run.total_bytes(now));
        for (period, counter) in esim.counters.iter().filter(|(_, one)| one.is_changed) {
            ids.push(counter.id);
            of.push(esim.id);
            used.push(counter.used_bytes);
            limits.push(limit);
            voice.push(counter.voice_minutes);
            sms.push(counter.sms_count);
            starts.push(period.start);
            ends.push(period.end);
            times.push(counter.recorded_at);
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    diesel::sql_query(UPSERT_COUNTERS)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<SqlUuid>, _>(of)
        .bind::<Array<BigInt>, _>(used)
        .bind::<Array<Nullable<BigInt>>, _>(limits)
        .bind::<Array<Integer>, _>(voice)
        .bind::<Array<Integer>, _>(sms)
        .bind::<Array<Timestamptz>, _>(starts)
        .bind::<Array<Timestamptz>, _>(ends)
        .bind::<Array<Timestamptz>, _>(times)
        .execute(tx.conn())?;
    Ok(())
}

const UPDATE_BUNDLES: &str = "UPDATE esim_bundles b SET used_bytes = greatest(b.used_bytes, new.used_bytes) \
    FROM unnest($1::uuid[], $2::bigint[]) AS new (id, used_bytes) WHERE b.id = new.id";

/// Writes the use of bundles. Returns the bundles whose use grew.
pub fn update_bundles(tx: &mut Tx<'_>, esims: &[EsimUse]) -> Result<Vec<BundleId>> {
    let (ids, used): (Vec<BundleId>, Vec<i64>) = esims
        .iter()
        .flat_map(|esim| {
            esim.bundles
                .iter()
                .filter(|bundle| esim.changes.bundles.contains(&bundle.id))
                .map(|bundle| (bundle.id, bundle.used_bytes))
        })
        .unzip();
    if !ids.is_empty() {
        diesel::sql_query(UPDATE_BUNDLES)
            .bind::<Array<SqlUuid>, _>(ids.clone())
            .bind::<Array<BigInt>, _>(used)
            .execute(tx.conn())?;
    }
    Ok(ids)
}

const INSERT_POINTS: &str = "INSERT INTO usage_points AS p (esim_id, bundle_id, read_at, used_bytes) \
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[]) \
    ON CONFLICT (esim_id, read_at) DO UPDATE SET used_bytes = greatest(p.used_bytes, excluded.used_bytes), bundle_id = excluded.bundle_id";

/// Writes the points of a batch.
pub fn insert_points(tx: &mut Tx<'_>, esims: &[EsimUse]) -> Result<()> {
    let (mut of, mut runs, mut times, mut used) = (vec![], vec![], vec![], vec![]);
    for esim in esims {
        for key in &esim.changes.points {
            if let Some(used_bytes) = esim.points.get(key) {
                of.push(esim.id);
                runs.push(key.0);
                times.push(key.1);
                used.push(*used_bytes);
            }
        }
    }
    if of.is_empty() {
        return Ok(());
    }
    diesel::sql_query(INSERT_POINTS)
        .bind::<Array<SqlUuid>, _>(of)
        .bind::<Array<SqlUuid>, _>(runs)
        .bind::<Array<Timestamptz>, _>(times)
        .bind::<Array<BigInt>, _>(used)
        .execute(tx.conn())?;
    Ok(())
}

const UPSERT_DAYS: &str = "INSERT INTO usage_days AS d (esim_id, day, country, network, used_bytes) \
    SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::text[], $5::bigint[]) \
    ON CONFLICT (esim_id, day, country, network) DO UPDATE SET used_bytes = d.used_bytes + excluded.used_bytes, is_rolled_up = false";

/// Adds the growth of a batch to its days.
pub fn upsert_days(tx: &mut Tx<'_>, esims: &[EsimUse]) -> Result<()> {
    let days: Vec<(EsimId, &DayKey, i64)> = esims
        .iter()
        .flat_map(|esim| {
            esim.changes
                .days
                .iter()
                .map(|(key, used)| (esim.id, key, *used))
        })
        .collect();
    if days.is_empty() {
        return Ok(());
    }
    diesel::sql_query(UPSERT_DAYS)
        .bind::<Array<SqlUuid>, _>(days.iter().map(|(id, ..)| *id).collect::<Vec<_>>())
        .bind::<Array<Date>, _>(
            days.iter()
                .map(|(_, key, _)| key.day)
                .collect::<Vec<NaiveDate>>(),
        )
        .bind::<Array<Text>, _>(
            days.iter()
                .map(|(_, key, _)| key.country.as_str())
                .collect::<Vec<_>>(),
        )
        .bind::<Array<Text>, _>(
            days.iter()
                .map(|(_, key, _)| key.network.as_str())
                .collect::<Vec<_>>(),
        )
        .bind::<Array<BigInt>, _>(days.iter().map(|(.., used)| *used).collect::<Vec<_>>())
        .execute(tx.conn())?;
    Ok(())
}

const INSERT_ANOMALIES: &str = "INSERT INTO usage_anomalies AS a (id, esim_id, kind, period_start, period_end, used_bytes, counter_bytes, source, event_id, read_at, received_at) \
    SELECT id, esim_id, kind, period_start, period_end, used_bytes, counter_bytes, source, event_id, read_at, received_at \
    FROM jsonb_populate_recordset(NULL::usage_anomalies, $1) \
    ON CONFLICT ON CONSTRAINT usage_anomalies_reading_key DO UPDATE SET times = a.times + 1, counter_bytes = excluded.counter_bytes, \
    read_at = greatest(a.read_at, excluded.read_at), received_at = excluded.received_at";

/// Keeps the anomalies of a batch; one that was received before is counted.
pub fn insert_anomalies(tx: &mut Tx<'_>, esims: &[EsimUse], now: DateTime<Utc>) -> Result<()> {
    // A statement cannot change the same row twice, so equal readings of a batch become one row.
    let mut rows: BTreeMap<(EsimId, Period, i64, &str), &Anomaly> = BTreeMap::new();
    for esim in esims {
        for anomaly in &esim.changes.anomalies {
            let key = (
                esim.id,
                anomaly.period,
                anomaly.used_bytes,
                anomaly.kind.as_str(),
            );
            rows.insert(key, anomaly);
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|((esim, period, used, kind), anomaly)| {
            serde_json::json!({
                "id": Uuid::now_v7(), "esim_id": esim, "kind": kind, "period_start": period.start, "period_end": period.end,
                "used_bytes": used, "counter_bytes": anomaly.counter_bytes, "source": anomaly.source.as_str(),
                "event_id": anomaly.event_id, "read_at": anomaly.read_at, "received_at": now,
            })
        })
        .collect();
    diesel::sql_query(INSERT_ANOMALIES)
        .bind::<Jsonb, _>(Value::Array(rows))
        .execute(tx.conn())?;
    Ok(())
}

const UPSERT_MONITOR: &str = "INSERT INTO usage_monitor AS m (esim_id, status, user_id, plan_id, provider_id, bundle_id, topups, starts_at, expires_at, used_bytes, \
        total_bytes, remaining_bytes, share, burn_bytes_per_day, forecast, exhausted_at, left_at_expiry_bytes, readings, last_point_at, read_at, received_at, \
        country, network, alert_step, remind_at, next_poll_at, needs_refresh) \
    SELECT e.id, e.status, e.user_id, e.plan_id, e.provider_id, r.bundle_id, r.topups, r.starts_at, r.expires_at, r.used_bytes, \
        r.total_bytes, r.remaining_bytes, r.share, r.burn_bytes_per_day, r.forecast, r.exhausted_at, r.left_at_expiry_bytes, r.readings, r.last_point_at, r.read_at, r.received_at, \
        r.country, r.network, r.alert_step, r.remind_at, now(), false \
    FROM jsonb_populate_recordset(NULL::usage_monitor, $1) r JOIN esims e ON e.id = r.esim_id \
    ON CONFLICT (esim_id) DO UPDATE SET status = excluded.status, user_id = excluded.user_id, plan_id = excluded.plan_id, provider_id = excluded.provider_id, \
        bundle_id = excluded.bundle_id, topups = excluded.topups, starts_at = excluded.starts_at, expires_at = excluded.expires_at, \
        used_bytes = excluded.used_bytes, total_bytes = excluded.total_bytes, remaining_bytes = excluded.remaining_bytes, share = excluded.share, \
        burn_bytes_per_day = excluded.burn_bytes_per_day, forecast = excluded.forecast, exhausted_at = excluded.exhausted_at, \
        left_at_expiry_bytes = excluded.left_at_expiry_bytes, readings = excluded.readings, last_point_at = excluded.last_point_at, \
        read_at = excluded.read_at, received_at = excluded.received_at, country = excluded.country, network = excluded.network, \
        alert_step = excluded.alert_step, remind_at = excluded.remind_at, needs_refresh = false";

/// Writes the rows of the monitor.
pub fn upsert_monitor(tx: &mut Tx<'_>, rows: Vec<Value>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    diesel::sql_query(UPSERT_MONITOR)
        .bind::<Jsonb, _>(Value::Array(rows))
        .execute(tx.conn())?;
    Ok(())
}
