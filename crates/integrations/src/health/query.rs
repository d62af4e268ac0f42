//! All SQL of the health of providers.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use platform::{Conn, Result, Tx};
use uuid::Uuid;
use wire::{
    Decimal, PlanId, ProviderId,
    integrations::{
        providers::ProviderAdapter,
        routing::{CircuitState, ImpactedPlan, ProviderHealth, ProviderImpact},
    },
};

/// The outcome of a call.
#[derive(Clone)]
pub struct CallOutcome {
    pub provider: ProviderId,
    pub is_order: bool,
    pub is_success: bool,
    pub duration_ms: i32,
    pub error: Option<String>,
    pub now: DateTime<Utc>,
}

// $2 success, $3 duration, $4 error, $5 now, $6 order. Five failed orders in a row, each within 10 minutes of the one before,
// open the circuit for a minute; a failed probe opens it again.
const RECORD: &str = "INSERT INTO provider_health AS h \
    (provider_id, failures, last_success_at, last_error_at, last_error, durations_ms, outcomes) \
    VALUES ($1, CASE WHEN $6 AND NOT $2 THEN 1 ELSE 0 END, CASE WHEN $2 THEN $5 END, CASE WHEN NOT $2 THEN $5 END, left($4, 500), ARRAY[$3], ARRAY[$2]) \
    ON CONFLICT (provider_id) DO UPDATE SET \
    failures = CASE WHEN NOT $6 THEN h.failures WHEN $2 THEN 0 WHEN h.open_until IS NULL AND h.last_error_at < $5 - interval '10 minutes' THEN 1 ELSE h.failures + 1 END, \
    opened_at = CASE WHEN NOT $6 THEN h.opened_at WHEN $2 THEN NULL WHEN h.open_until IS NOT NULL OR (h.failures >= 4 AND h.last_error_at >= $5 - interval '10 minutes') THEN coalesce(h.opened_at, $5) END, \
    open_until = CASE WHEN NOT $6 THEN h.open_until WHEN $2 THEN NULL WHEN h.open_until IS NOT NULL OR (h.failures >= 4 AND h.last_error_at >= $5 - interval '10 minutes') THEN $5 + interval '1 minute' END, \
    probe_until = CASE WHEN $6 THEN NULL ELSE h.probe_until END, \
    recovered_at = CASE WHEN $6 AND $2 AND h.open_until IS NOT NULL THEN $5 ELSE h.recovered_at END, \
    last_success_at = CASE WHEN $2 THEN $5 ELSE h.last_success_at END, \
    last_error_at = CASE WHEN $2 THEN h.last_error_at ELSE $5 END, \
    last_error = CASE WHEN $2 THEN h.last_error ELSE left($4, 500) END, \
    durations_ms = ($3 || h.durations_ms)[1:200], outcomes = ($2 || h.outcomes)[1:200]";

/// Records the outcome of a call, and opens or closes the circuit.
pub fn record(tx: &mut Tx<'_>, call: &CallOutcome) -> Result<()> {
    diesel::sql_query(RECORD)
        .bind::<SqlUuid, _>(call.provider.0)
        .bind::<Bool, _>(call.is_success)
        .bind::<Integer, _>(call.duration_ms)
        .bind::<Nullable<Text>, _>(&call.error)
        .bind::<Timestamptz, _>(call.now)
        .bind::<Bool, _>(call.is_order)
        .execute(tx.conn())?;
    Ok(())
}

/// Takes the permission to send the next order to a provider. Returns `false` while the circuit is open, and while another
/// process sends a probe.
pub fn take_probe(tx: &mut Tx<'_>, id: ProviderId, now: DateTime<Utc>) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Bool)]
        is_allowed: bool,
    }
    // A closed circuit needs no permission. The row is locked, so that one of two processes gets the probe.
    let open: Option<Taken> = diesel::sql_query(
        "SELECT open_until <= $2 AND (probe_until IS NULL OR probe_until <= $2) AS is_allowed FROM provider_health \
         WHERE provider_id = $1 AND open_until IS NOT NULL FOR UPDATE",
    )
    .bind::<SqlUuid, _>(id.0)
    .bind::<Timestamptz, _>(now)
    .get_result(tx.conn())
    .optional()?;
    let Some(Taken { is_allowed }) = open else {
        return Ok(true);
    };
    if is_allowed {
        diesel::sql_query(
            "UPDATE provider_health SET probe_until = $2 + interval '1 minute' WHERE provider_id = $1",
        )
        .bind::<SqlUuid, _>(id.0)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    }
    Ok(is_allowed)
}

#[derive(QueryableByName)]
struct HealthRow {
    #[diesel(sql_type = BigInt)]
    calls: i64,
    #[diesel(sql_type = BigInt)]
    successes: i64,
    #[diesel(sql_type = Nullable<Integer>)]
    p50_ms: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    p95_ms: Option<i32>,
    #[diesel(sql_type = Integer)]
    failures: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opened_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    open_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    recovered_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_success_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_error_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    last_error: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    paused_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    pause_reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    open_requests: i64,
}

const HEALTH: &str = "SELECT coalesce(cardinality(h.outcomes), 0)::bigint AS calls, \
    (SELECT count(*) FROM unnest(h.outcomes) o WHERE o) AS successes, \
    (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY d) FROM unnest(h.durations_ms) d) AS p50_ms, \
    (SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY d) FROM unnest(h.durations_ms) d) AS p95_ms, \
    coalesce(h.failures, 0) AS failures, h.opened_at, h.open_until, h.recovered_at, h.last_success_at, h.last_error_at, h.last_error::text, \
    p.paused_at, p.pause_reason::text, \
    (SELECT count(*) FROM provisioning_attempts a WHERE a.provider_id = p.id AND a.status IN ('sent', 'unknown')) AS open_requests \
    FROM data_providers p LEFT JOIN provider_health h ON h.provider_id = p.id WHERE p.id = $1 AND p.deleted_at IS NULL";

/// Returns the health of a provider.
pub fn health(conn: &mut Conn, id: ProviderId, now: DateTime<Utc>) -> Result<ProviderHealth> {
    let row: HealthRow = diesel::sql_query(HEALTH)
        .bind::<SqlUuid, _>(id.0)
        .get_result(conn)?;
    let circuit = match row.open_until {
        None => CircuitState::Closed,
        Some(until) if until > now => CircuitState::Open,
        Some(_) => CircuitState::HalfOpen,
    };
    Ok(ProviderHealth {
        provider_id: id,
        circuit,
        calls: row.calls,
        success_percent: Decimal::from(row.successes).percent_of(&Decimal::from(row.calls)),
        p50_ms: row.p50_ms,
        p95_ms: row.p95_ms,
        failures: row.failures,
        opened_at: row.opened_at,
        open_until: row.open_until,
        recovered_at: row.recovered_at,
        last_success_at: row.last_success_at,
        last_error_at: row.last_error_at,
        last_error: row.last_error,
        paused_at: row.paused_at,
        pause_reason: row.pause_reason,
        open_requests: row.open_requests,
    })
}

#[derive(QueryableByName)]
struct ImpactRow {
    #[diesel(sql_type = SqlUuid)]
    plan_id: Uuid,
    #[diesel(sql_type = Text)]
    plan_name: String,
    #[diesel(sql_type = BigInt)]
    other_offers: i64,
    #[diesel(sql_type = BigInt)]
    stock: i64,
    #[diesel(sql_type = BigInt)]
    plans: i64,
    #[diesel(sql_type = BigInt)]
    lost_plans: i64,
}

// The stock is counted for the listed plans only.
const IMPACT: &str = "WITH supplied AS (SELECT l.id, l.name AS plan_name, \
      (SELECT count(*) FROM plan_provider_offers o JOIN data_providers p ON p.id = o.provider_id \
       WHERE o.plan_id = l.id AND o.provider_id <> $1 AND o.is_active AND (o.stock IS NULL OR o.stock > 0) \
       AND p.is_active AND p.deleted_at IS NULL AND p.paused_at IS NULL AND p.adapter::text = ANY($2)) AS other_offers \
      FROM plans l WHERE l.is_active AND l.deleted_at IS NULL \
      AND EXISTS (SELECT FROM plan_provider_offers o WHERE o.plan_id = l.id AND o.provider_id = $1 AND o.is_active)), \
    listed AS (SELECT s.*, count(*) OVER () AS plans, count(*) FILTER (WHERE other_offers = 0) OVER () AS lost_plans \
      FROM supplied s ORDER BY other_offers, plan_name, id LIMIT 200) \
    SELECT id AS plan_id, plan_name::text, other_offers, \
      (SELECT count(*) FROM esims e WHERE e.plan_id = listed.id AND e.status = 'available' AND e.user_id IS NULL AND e.deleted_at IS NULL) AS stock, \
      plans, lost_plans FROM listed ORDER BY other_offers, plan_name, id";

#[derive(QueryableByName)]
struct OpenRow {
    #[diesel(sql_type = BigInt)]
    open_units: i64,
    #[diesel(sql_type = BigInt)]
    esims: i64,
}

const OPEN: &str = "SELECT (SELECT count(DISTINCT a.job_id) FROM provisioning_attempts a WHERE a.provider_id = p.id AND a.status IN ('sent', 'unknown')) AS open_units, \
    (SELECT count(*) FROM esims e WHERE e.provider_id = p.id AND e.status IN ('active', 'suspended') AND e.deleted_at IS NULL) AS esims \
    FROM data_providers p WHERE p.id = $1 AND p.deleted_at IS NULL";

/// Returns what is lost when a provider is off.
pub fn impact(
    conn: &mut Conn,
    id: ProviderId,
    adapters: &[ProviderAdapter],
) -> Result<ProviderImpact> {
    let open: OpenRow = diesel::sql_query(OPEN)
        .bind::<SqlUuid, _>(id.0)
        .get_result(conn)?;
    let adapters: Vec<&str> = adapters.iter().map(|adapter| adapter.as_str()).collect();
    let rows: Vec<ImpactRow> = diesel::sql_query(IMPACT)
        .bind::<SqlUuid, _>(id.0)
        .bind::<Array<Text>, _>(adapters)
        .load(conn)?;
    let counts = rows.first().map(|row| (row.plans, row.lost_plans));
    let (plans, lost_plans) = counts.unwrap_or_default();
    let impacted = |row: ImpactRow| ImpactedPlan {
        plan_id: PlanId(row.plan_id),
        plan_name: row.plan_name,
        other_offers: row.other_offers,
        stock: row.stock,
    };
    Ok(ProviderImpact {
        provider_id: id,
        plans,
        lost_plans,
        impacted: rows.into_iter().map(impacted).collect(),
        open_units: open.open_units,
        esims: open.esims,
    })
}
