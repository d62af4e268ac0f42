//! SQL of polls: which eSIMs a provider is asked about, and the result.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result, Tx};
use schema::{data_providers, esims, sql_types, usage_monitor};
use std::collections::HashMap;
use wire::{
    Decimal, EsimId, ProviderId,
    esims::{inventory::EsimStatus, usage::ForecastState},
    integrations::providers::ProviderAdapter,
};

/// Returns the active providers and their adapters.
pub fn polled_providers(conn: &mut Conn) -> Result<Vec<(ProviderId, ProviderAdapter)>> {
    Ok(data_providers::table
        .filter(data_providers::is_active)
        .filter(data_providers::deleted_at.is_null())
        .order(data_providers::id)
        .select((data_providers::id, data_providers::adapter))
        .load(conn)?)
}

/// An eSIM that its provider is asked about now.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct ClaimedEsim {
    #[diesel(sql_type = SqlUuid)]
    pub esim_id: EsimId,
    #[diesel(sql_type = Text)]
    pub iccid: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub profile_ref: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub twilio_sid: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub used_bytes: i64,
}

/// The time for which a claim holds: after a crash of the worker the eSIMs are due again.
const CLAIM: &str = "UPDATE usage_monitor m SET next_poll_at = now() + interval '5 minutes' FROM esims e \
    WHERE e.id = m.esim_id AND m.esim_id IN (SELECT d.esim_id FROM usage_monitor d WHERE d.provider_id = $1 AND d.next_poll_at <= now() \
        AND d.status IN ('available', 'active', 'suspended') ORDER BY d.next_poll_at, d.esim_id LIMIT $2 FOR UPDATE SKIP LOCKED) \
    RETURNING m.esim_id, e.iccid, e.profile_ref, e.twilio_sid, m.used_bytes";

/// Claims the eSIMs of a provider that are due, those that waited longest first.
pub fn claim(tx: &mut Tx<'_>, provider: ProviderId, count: i64) -> Result<Vec<ClaimedEsim>> {
    Ok(diesel::sql_query(CLAIM)
        .bind::<SqlUuid, _>(provider)
        .bind::<BigInt, _>(count)
        .load(tx.conn())?)
}

/// What the time of the next poll depends on.
#[derive(Debug, Clone, QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Planned {
    #[diesel(sql_type = SqlUuid)]
    pub esim_id: EsimId,
    #[diesel(sql_type = sql_types::EsimStatus)]
    pub status: EsimStatus,
    #[diesel(sql_type = Nullable<diesel::sql_types::Numeric>)]
    pub share: Option<Decimal>,
    #[diesel(sql_type = Text)]
    pub forecast: ForecastState,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub exhausted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub starts_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = BigInt)]
    pub used_bytes: i64,
}

/// Returns what the time of the next poll of these eSIMs depends on.
pub fn to_plan(conn: &mut Conn, ids: &[EsimId]) -> Result<Vec<Planned>> {
    Ok(diesel::sql_query(
        "SELECT esim_id, status, share, forecast, exhausted_at, expires_at, starts_at, used_bytes FROM usage_monitor WHERE esim_id = ANY($1)",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(conn)?)
}

const RECORD_POLLED: &str = "UPDATE usage_monitor m SET polled_at = $3, provider_age_minutes = $4, poll_error = NULL, poll_failures = 0, next_poll_at = new.next_poll_at \
    FROM unnest($1::uuid[], $2::timestamptz[]) AS new (esim_id, next_poll_at) WHERE m.esim_id = new.esim_id";

/// Records a successful poll, and when each eSIM is due next.
pub fn record_polled(
    tx: &mut Tx<'_>,
    next: &HashMap<EsimId, Option<DateTime<Utc>>>,
    age_minutes: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    let (ids, times): (Vec<EsimId>, Vec<Option<DateTime<Utc>>>) =
        next.iter().map(|(id, at)| (*id, *at)).unzip();
    diesel::sql_query(RECORD_POLLED)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<Nullable<Timestamptz>>, _>(times)
        .bind::<Timestamptz, _>(now)
        .bind::<Integer, _>(age_minutes)
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the highest number of failures in a row of these eSIMs.
pub fn failures(conn: &mut Conn, ids: &[EsimId]) -> Result<i32> {
    let most: Option<i32> = usage_monitor::table
        .filter(usage_monitor::esim_id.eq_any(ids))
        .select(diesel::dsl::max(usage_monitor::poll_failures))
        .first(conn)?;
    Ok(most.unwrap_or(0))
}

/// Records a failed poll and its next time.
pub fn record_failure(
    tx: &mut Tx<'_>,
    ids: &[EsimId],
    error: &str,
    next: DateTime<Utc>,
) -> Result<()> {
    let error: String = error.chars().take(500).collect();
    diesel::update(usage_monitor::table.filter(usage_monitor::esim_id.eq_any(ids)))
        .set((
            usage_monitor::poll_error.eq(error),
            usage_monitor::poll_failures.eq(usage_monitor::poll_failures + 1),
            usage_monitor::next_poll_at.eq(next),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Makes an eSIM due for the next poll, and returns its provider.
pub fn make_due(tx: &mut Tx<'_>, id: EsimId) -> Result<Option<ProviderId>> {
    diesel::update(usage_monitor::table.find(id))
        .set(usage_monitor::next_poll_at.eq(diesel::dsl::now))
        .execute(tx.conn())?;
    Ok(esims::table
        .find(id)
        .select(esims::provider_id)
        .first(tx.conn())?)
}
