//! SQL of the usage of one eSIM.

use crate::usage::rules::share;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result};
use schema::{esim_data_usage, sql_types, usage_alerts, usage_anomalies as anomalies_, usage_days};
use wire::{
    BundleId, EsimId, OrderId, PlanId,
    esims::usage::{
        AnomalyKind, Bundle, BundleStatus, PlaceUsage, Usage, UsageAlert, UsageAlertKind,
        UsageAnomaly,
    },
};

/// The number of anomalies and alerts that are shown.
const SHOWN: i64 = 50;

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct BundleRow {
    #[diesel(sql_type = SqlUuid)]
    id: BundleId,
    #[diesel(sql_type = SqlUuid)]
    order_id: OrderId,
    #[diesel(sql_type = Text)]
    order_number: String,
    #[diesel(sql_type = SqlUuid)]
    plan_id: PlanId,
    #[diesel(sql_type = Text)]
    plan_name: String,
    #[diesel(sql_type = sql_types::BundleStatus)]
    status: BundleStatus,
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
const BUNDLES: &str = "SELECT b.id, b.order_id, o.order_number, b.plan_id, coalesce(o.terms->>'name', p.name) AS plan_name, \
    b.status, b.total_bytes, b.used_bytes, b.created_at, \
    coalesce(b.starts_at, CASE WHEN o.kind = 'new' THEN e.activated_at END) AS starts_at, \
    coalesce(b.expires_at, CASE WHEN o.kind = 'new' THEN e.expires_at END) AS expires_at \
    FROM esim_bundles b JOIN orders o ON o.id = b.order_id JOIN plans p ON p.id = b.plan_id JOIN esims e ON e.id = b.esim_id \
    WHERE b.esim_id = $1 ORDER BY b.created_at DESC, b.id DESC";

/// Returns the bundles of an eSIM, the newest first.
pub fn bundles(conn: &mut Conn, id: EsimId) -> Result<Vec<Bundle>> {
    let rows: Vec<BundleRow> = diesel::sql_query(BUNDLES)
        .bind::<SqlUuid, _>(id)
        .load(conn)?;
    Ok(rows.into_iter().map(Bundle::from).collect())
}

impl From<BundleRow> for Bundle {
    fn from(row: BundleRow) -> Self {
        Self {
            id: row.id,
            order_id: row.order_id,
            order_number: row.order_number,
            plan_id: row.plan_id,
            plan_name: row.plan_name,
            status: row.status,
            total_bytes: row.total_bytes,
            used_bytes: row.used_bytes,
            share: share(row.used_bytes, row.total_bytes),
            starts_at: row.starts_at,
            expires_at: row.expires_at,
            created_at: row.created_at,
        }
    }
}

/// Returns the last reading of an eSIM.
pub fn last_reading(conn: &mut Conn, id: EsimId) -> Result<Option<Usage>> {
    Ok(esim_data_usage::table
        .filter(esim_data_usage::esim_id.eq(id))
        .order((
            esim_data_usage::recorded_at.desc(),
            esim_data_usage::id.desc(),
        ))
        .select(Usage::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the used bytes of days, by country and network.
pub fn days(conn: &mut Conn, id: EsimId, from: NaiveDate) -> Result<Vec<(NaiveDate, i64)>> {
    Ok(usage_days::table
        .filter(usage_days::esim_id.eq(id))
        .filter(usage_days::day.ge(from))
        .order(usage_days::day)
        .select((usage_days::day, usage_days::used_bytes))
        .load(conn)?)
}

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = Nullable<Text>)]
    country: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    network: Option<String>,
    #[diesel(sql_type = BigInt)]
    used_bytes: i64,
}

const PLACES: &str = "SELECT nullif(country, '') AS country, nullif(network, '') AS network, least(sum(used_bytes), 9223372036854775807)::bigint AS used_bytes \
    FROM usage_days WHERE esim_id = $1 AND day >= $2 AND (country <> '' OR network <> '') GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100";

/// Returns the used bytes by country and network since a day, the largest first. Empty when the source names no place.
pub fn places(conn: &mut Conn, id: EsimId, from: NaiveDate) -> Result<Vec<PlaceUsage>> {
    let rows: Vec<PlaceRow> = diesel::sql_query(PLACES)
        .bind::<SqlUuid, _>(id)
        .bind::<diesel::sql_types::Date, _>(from)
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| PlaceUsage {
            country: row.country,
            network: row.network,
            used_bytes: row.used_bytes,
        })
        .collect())
}

type AnomalyRow = (
    AnomalyKind,
    i64,
    i64,
    String,
    i32,
    DateTime<Utc>,
    DateTime<Utc>,
);

/// Returns the readings that were not used, the newest first.
pub fn anomalies(conn: &mut Conn, id: EsimId) -> Result<Vec<UsageAnomaly>> {
    use anomalies_ as a;
    let rows: Vec<AnomalyRow> = a::table
        .filter(a::esim_id.eq(id))
        .order((a::received_at.desc(), a::id.desc()))
        .limit(SHOWN)
        .select((
            a::kind,
            a::used_bytes,
            a::counter_bytes,
            a::source,
            a::times,
            a::read_at,
            a::received_at,
        ))
        .load(conn)?;
    let to_anomaly =
        |(kind, used_bytes, counter_bytes, source, times, read_at, received_at)| UsageAnomaly {
            kind,
            used_bytes,
            counter_bytes,
            source,
            times,
            read_at,
            received_at,
        };
    Ok(rows.into_iter().map(to_anomaly).collect())
}

type AlertRow = (UsageAlertKind, i32, i64, Option<i64>, DateTime<Utc>);

/// Returns the alerts of an eSIM, the newest first.
pub fn alerts(conn: &mut Conn, id: EsimId) -> Result<Vec<UsageAlert>> {
    use usage_alerts as a;
    let rows: Vec<AlertRow> = a::table
        .filter(a::esim_id.eq(id))
        .order((a::created_at.desc(), a::id.desc()))
        .limit(SHOWN)
        .select((
            a::kind,
            a::step,
            a::used_bytes,
            a::total_bytes,
            a::created_at,
        ))
        .load(conn)?;
    let to_alert = |(kind, step, used_bytes, total_bytes, created_at)| UsageAlert {
        kind,
        step,
        used_bytes,
        total_bytes,
        created_at,
    };
    Ok(rows.into_iter().map(to_alert).collect())
}
