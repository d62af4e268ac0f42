//! SQL of the expiry. `now()` is the time of the database at the beginning of the transaction.

use super::jobs::Direction;
use crate::{bundles::Period, operations::has_open_topup};
use chrono::{DateTime, Utc};
use diesel::{dsl, prelude::*, sql_types};
use platform::{Conn, Result, Tx};
use schema::{esim_bundles, esims};
use wire::{
    BundleId, EsimId, PlanId, ProviderId, UserId,
    esims::{inventory::EsimStatus, usage::BundleStatus},
};

const DUE: &str = "SELECT due.id FROM ( \
    SELECT b.esim_id AS id FROM esim_bundles b WHERE b.status IN ('queued', 'active') AND b.expires_at <= now() AND b.esim_id IS NOT NULL \
    UNION SELECT b.esim_id FROM esim_bundles b WHERE b.status = 'active' AND b.used_bytes >= b.total_bytes \
    UNION SELECT e.id FROM esims e WHERE e.status IN ('available', 'active', 'suspended') AND e.deleted_at IS NULL AND e.user_id IS NOT NULL \
        AND e.expires_at <= now() \
        AND NOT EXISTS (SELECT FROM esim_bundles b JOIN orders o ON o.id = b.order_id WHERE b.esim_id = e.id AND b.status IN ('queued', 'active') \
            AND (b.expires_at > now() OR (b.expires_at IS NULL AND o.kind = 'topup'))) \
        AND NOT EXISTS (SELECT FROM orders o WHERE o.esim_id = e.id AND o.kind = 'topup' AND o.status IN ('paid', 'provisioning', 'needs_review')) \
    ) due JOIN esims e ON e.id = due.id WHERE e.deleted_at IS NULL ";

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = sql_types::Uuid)]
    id: EsimId,
}

/// Returns eSIMs of which a bundle is due, or which have expired without one.
pub fn due(conn: &mut Conn, direction: Direction) -> Result<Vec<EsimId>> {
    let order = match direction {
        Direction::Up => "ORDER BY due.id LIMIT 500",
        Direction::Down => "ORDER BY due.id DESC LIMIT 500",
    };
    let rows: Vec<Due> = diesel::sql_query(format!("{DUE}{order}")).load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Returns the time of the database.
pub fn database_time(conn: &mut Conn) -> Result<DateTime<Utc>> {
    Ok(diesel::select(dsl::now.into_sql::<sql_types::Timestamptz>()).get_result(conn)?)
}

/// An eSIM that may have expired.
#[derive(Debug, Clone, PartialEq)]
pub struct DueEsim {
    pub status: EsimStatus,
    pub expires_at: Option<DateTime<Utc>>,
    pub has_user: bool,
    pub has_provider: bool,
    /// Whether a paid top-up is being delivered.
    pub has_open_topup: bool,
}

/// Locks an eSIM until the end of the transaction; `None` when another transaction has locked it.
pub fn lock_due(tx: &mut Tx<'_>, id: EsimId) -> Result<Option<DueEsim>> {
    type Row = (
        EsimStatus,
        Option<DateTime<Utc>>,
        Option<UserId>,
        Option<ProviderId>,
    );
    let row: Option<Row> = esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .for_update()
        .skip_locked()
        .select((
            esims::status,
            esims::expires_at,
            esims::user_id,
            esims::provider_id,
        ))
        .first(tx.conn())
        .optional()?;
    let Some((status, expires_at, user, provider)) = row else {
        return Ok(None);
    };
    Ok(Some(DueEsim {
        status,
        expires_at,
        has_user: user.is_some(),
        has_provider: provider.is_some(),
        has_open_topup: has_open_topup(tx.conn(), id)?,
    }))
}

/// A bundle that has not ended.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub struct DueBundle {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: BundleId,
    #[diesel(sql_type = sql_types::Uuid)]
    pub plan_id: PlanId,
    #[diesel(sql_type = schema::sql_types::BundleStatus)]
    pub status: BundleStatus,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::BigInt>)]
    pub total_bytes: Option<i64>,
    #[diesel(sql_type = sql_types::BigInt)]
    pub used_bytes: i64,
    #[diesel(sql_type = sql_types::Integer)]
    pub validity_days: i32,
    /// Whether the eSIM was sold with the bundle.
    #[diesel(sql_type = sql_types::Bool)]
    pub is_first: bool,
    /// Whether the provider is asked when it starts the bundle.
    #[diesel(sql_type = sql_types::Bool)]
    pub is_started_by_provider: bool,
}

const OPEN_BUNDLES: &str = "SELECT b.id, b.plan_id, b.status, b.expires_at, b.total_bytes, b.used_bytes, o.kind = 'new' AS is_first, \
    coalesce((o.terms->>'validity_days')::int, 1) AS validity_days, \
    EXISTS (SELECT FROM provisioning_jobs p WHERE p.order_id = b.order_id AND p.unit_no = b.unit_no AND p.status = 'succeeded' \
        AND p.next_attempt_at IS NOT NULL) AS is_started_by_provider \
    FROM esim_bundles b JOIN orders o ON o.id = b.order_id WHERE b.esim_id = $1 AND b.status IN ('queued', 'active') ORDER BY b.created_at, b.id";

/// Returns the bundles of an eSIM that have not ended, the oldest first.
pub fn open_bundles(conn: &mut Conn, esim: EsimId) -> Result<Vec<DueBundle>> {
    Ok(diesel::sql_query(OPEN_BUNDLES)
        .bind::<sql_types::Uuid, _>(esim)
        .load(conn)?)
}

/// Ends a bundle.
pub fn end(tx: &mut Tx<'_>, id: BundleId, status: BundleStatus, now: DateTime<Utc>) -> Result<()> {
    diesel::update(esim_bundles::table.find(id))
        .set((
            esim_bundles::status.eq(status),
            esim_bundles::ended_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Starts a queued bundle. An end that it has already is kept.
pub fn start(tx: &mut Tx<'_>, id: BundleId, period: Period) -> Result<()> {
    diesel::sql_query(
        "UPDATE esim_bundles SET status = 'active', starts_at = coalesce(starts_at, $2), expires_at = coalesce(expires_at, $3) WHERE id = $1 AND status = 'queued'",
    )
    .bind::<sql_types::Uuid, _>(id)
    .bind::<sql_types::Timestamptz, _>(period.starts_at)
    .bind::<sql_types::Timestamptz, _>(period.expires_at)
    .execute(tx.conn())?;
    Ok(())
}

/// Sets the plan of the current bundle of a locked eSIM.
pub fn set_plan(tx: &mut Tx<'_>, id: EsimId, plan: PlanId) -> Result<()> {
    diesel::update(esims::table.find(id))
        .set((
            esims::plan_id.eq(plan),
            esims::version.eq(esims::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Records that the provider of an eSIM has not confirmed its expiry yet.
pub fn mark_unconfirmed(tx: &mut Tx<'_>, id: EsimId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(esims::table.find(id))
        .set(esims::service_unconfirmed_since.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns eSIMs that expired here and that their provider has not confirmed.
pub fn unconfirmed(conn: &mut Conn) -> Result<Vec<EsimId>> {
    Ok(esims::table
        .filter(esims::service_unconfirmed_since.is_not_null())
        .filter(esims::deleted_at.is_null())
        .order_by((esims::service_unconfirmed_since, esims::id))
        .limit(1000)
        .select(esims::id)
        .load(conn)?)
}
