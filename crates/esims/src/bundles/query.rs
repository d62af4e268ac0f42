//! SQL of bundles.

use super::{NewBundle, reported::ReportedBundle, validity::Period};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, select},
    prelude::*,
    sql_types,
};
use platform::{Conn, Result, Tx};
use schema::{esim_bundles, esims};
use wire::{
    BundleId, EsimId, OrderId, Param, PlanId, UserId,
    catalog::plans::ValidityPolicy,
    esims::{
        inventory::{EsimStatus, ProfileState},
        usage::BundleStatus,
    },
};

/// Inserts a bundle, unless the unit has one or the order has one for this eSIM.
pub fn insert(tx: &mut Tx<'_>, new: &NewBundle) -> Result<()> {
    diesel::insert_into(esim_bundles::table)
        .values((
            esim_bundles::id.eq(BundleId::new()),
            esim_bundles::order_id.eq(new.order_id),
            esim_bundles::unit_no.eq(new.unit_no),
            esim_bundles::esim_id.eq(new.esim_id),
            esim_bundles::plan_id.eq(new.plan_id),
            esim_bundles::provider_id.eq(new.provider_id),
            esim_bundles::provider_ref.eq(&new.provider_ref),
            esim_bundles::total_bytes.eq(new.total_bytes),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the ids at the provider of the bundles on an eSIM, without those of an order.
pub fn provider_refs(conn: &mut Conn, esim: EsimId, except: OrderId) -> Result<Vec<String>> {
    Ok(esim_bundles::table
        .filter(esim_bundles::esim_id.eq(esim))
        .filter(esim_bundles::order_id.ne(except))
        .filter(esim_bundles::provider_ref.is_not_null())
        .select(esim_bundles::provider_ref.assume_not_null())
        .load(conn)?)
}

/// Returns the bundle of a unit and its eSIM.
pub fn find_by_unit(
    conn: &mut Conn,
    order: OrderId,
    unit_no: i32,
) -> Result<Option<(BundleId, Option<EsimId>)>> {
    Ok(esim_bundles::table
        .filter(esim_bundles::order_id.eq(order))
        .filter(esim_bundles::unit_no.eq(unit_no))
        .select((esim_bundles::id, esim_bundles::esim_id))
        .first(conn)
        .optional()?)
}

/// Cancels the bundle of an order on an eSIM. Returns whether it was cancelled now, not before.
pub fn cancel(tx: &mut Tx<'_>, order: OrderId, esim: EsimId) -> Result<bool> {
    use diesel::sql_types::Uuid;
    let cancelled = diesel::sql_query(
        "UPDATE esim_bundles SET status = 'cancelled', ended_at = coalesce(ended_at, now()) WHERE order_id = $1 AND esim_id = $2 AND status <> 'cancelled'",
    )
    .bind::<Uuid, _>(order)
    .bind::<Uuid, _>(esim)
    .execute(tx.conn())?;
    Ok(cancelled > 0)
}

/// Cancels the bundles of an eSIM that have not ended.
pub fn cancel_all(tx: &mut Tx<'_>, esim: EsimId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(
        esim_bundles::table
            .filter(esim_bundles::esim_id.eq(esim))
            .filter(esim_bundles::status.eq_any([BundleStatus::Queued, BundleStatus::Active])),
    )
    .set((
        esim_bundles::status.eq(BundleStatus::Cancelled),
        esim_bundles::ended_at.eq(now),
    ))
    .execute(tx.conn())?;
    Ok(())
}

/// Returns whether an eSIM has an active bundle that is valid at a time.
pub fn has_running(conn: &mut Conn, esim: EsimId, now: DateTime<Utc>) -> Result<bool> {
    let running = esim_bundles::table
        .filter(esim_bundles::esim_id.eq(esim))
        .filter(esim_bundles::status.eq(BundleStatus::Active))
        .filter(esim_bundles::expires_at.gt(now));
    Ok(select(exists(running)).get_result(conn)?)
}

const BEGIN_WITH_PURCHASE: &str = "UPDATE esim_bundles b SET starts_at = b.created_at, \
    expires_at = b.created_at + make_interval(days => greatest((o.terms->>'validity_days')::int, 1)) \
    FROM orders o WHERE o.id = b.order_id AND b.order_id = $1 AND b.unit_no = $2 AND b.starts_at IS NULL AND b.expires_at IS NULL \
    AND b.status = 'queued' AND o.kind = 'new' AND o.terms->>'validity_policy' = 'purchase' RETURNING b.esim_id, b.expires_at";

/// Begins the validity of a new bundle, if its plan begins with the purchase.
pub fn begin_with_purchase(tx: &mut Tx<'_>, order: OrderId, unit_no: i32) -> Result<()> {
    #[derive(QueryableByName)]
    struct Begun {
        #[diesel(sql_type = sql_types::Nullable<sql_types::Uuid>)]
        esim_id: Option<EsimId>,
        #[diesel(sql_type = sql_types::Timestamptz)]
        expires_at: DateTime<Utc>,
    }
    let begun: Option<Begun> = diesel::sql_query(BEGIN_WITH_PURCHASE)
        .bind::<sql_types::Uuid, _>(order)
        .bind::<sql_types::Integer, _>(unit_no)
        .get_result(tx.conn())
        .optional()?;
    let Some(Begun {
        esim_id: Some(esim),
        expires_at,
    }) = begun
    else {
        return Ok(());
    };
    diesel::update(esims::table.find(esim))
        .set((
            esims::expires_at.eq(expires_at),
            esims::version.eq(esims::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// An eSIM whose first bundle may begin.
pub struct Esim {
    pub status: EsimStatus,
    pub profile_state: ProfileState,
    pub has_user: bool,
    pub activated_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Locks an eSIM until the end of the transaction.
pub fn lock_esim(tx: &mut Tx<'_>, id: EsimId) -> Result<Esim> {
    type Row = (
        EsimStatus,
        ProfileState,
        Option<UserId>,
        Option<DateTime<Utc>>,
        Option<DateTime<Utc>>,
    );
    let (status, profile_state, user, activated_at, expires_at): Row = esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .for_update()
        .select((
            esims::status,
            esims::profile_state,
            esims::user_id,
            esims::activated_at,
            esims::expires_at,
        ))
        .first(tx.conn())?;
    Ok(Esim {
        status,
        profile_state,
        has_user: user.is_some(),
        activated_at,
        expires_at,
    })
}

/// Returns whether a bundle of an eSIM is active, or has been.
pub fn has_begun(conn: &mut Conn, esim: EsimId) -> Result<bool> {
    let begun = esim_bundles::table
        .filter(esim_bundles::esim_id.eq(esim))
        .filter(esim_bundles::status.eq_any([
            BundleStatus::Active,
            BundleStatus::Depleted,
            BundleStatus::Expired,
        ]));
    Ok(select(exists(begun)).get_result(conn)?)
}

/// A bundle that waits for its beginning.
#[derive(QueryableByName)]
pub struct WaitingBundle {
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: BundleId,
    #[diesel(sql_type = sql_types::Uuid)]
    pub plan_id: PlanId,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub starts_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Timestamptz>)]
    pub expires_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = sql_types::Integer)]
    pub validity_days: i32,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    policy: Option<String>,
}

impl WaitingBundle {
    /// Returns when the validity begins. The oldest orders have not stored it.
    pub fn validity_policy(&self) -> ValidityPolicy {
        self.policy
            .as_deref()
            .and_then(|text| ValidityPolicy::parse(text).ok())
            .unwrap_or(ValidityPolicy::FirstUse)
    }
}

const FIRST_WAITING: &str = "SELECT b.id, b.plan_id, b.starts_at, b.expires_at, \
    coalesce((o.terms->>'validity_days')::int, 1) AS validity_days, o.terms->>'validity_policy' AS policy \
    FROM esim_bundles b JOIN orders o ON o.id = b.order_id WHERE b.esim_id = $1 AND b.status = 'queued' AND o.kind = 'new' \
    ORDER BY b.created_at, b.id LIMIT 1";

/// Returns the bundle that an eSIM was sold with, if it waits for its beginning.
pub fn first_waiting(conn: &mut Conn, esim: EsimId) -> Result<Option<WaitingBundle>> {
    Ok(diesel::sql_query(FIRST_WAITING)
        .bind::<sql_types::Uuid, _>(esim)
        .get_result(conn)
        .optional()?)
}

/// Activates a queued bundle for a period. Returns `false` if it is not queued.
pub fn begin(tx: &mut Tx<'_>, id: BundleId, period: Period) -> Result<bool> {
    let queued = esim_bundles::table
        .filter(esim_bundles::id.eq(id))
        .filter(esim_bundles::status.eq(BundleStatus::Queued));
    let begun = diesel::update(queued)
        .set((
            esim_bundles::status.eq(BundleStatus::Active),
            esim_bundles::starts_at.eq(period.starts_at),
            esim_bundles::expires_at.eq(period.expires_at),
        ))
        .execute(tx.conn())?;
    Ok(begun == 1)
}

/// Sets the plan of the current bundle, and the expiry of a locked eSIM, unless that is later already.
pub fn set_current(
    tx: &mut Tx<'_>,
    esim: EsimId,
    plan: PlanId,
    until: DateTime<Utc>,
) -> Result<()> {
    diesel::sql_query(
        "UPDATE esims SET plan_id = $2, expires_at = greatest(expires_at, $3), version = version + 1 WHERE id = $1",
    )
    .bind::<sql_types::Uuid, _>(esim)
    .bind::<sql_types::Uuid, _>(plan)
    .bind::<sql_types::Timestamptz, _>(until)
    .execute(tx.conn())?;
    Ok(())
}

/// A bundle of ours that a report may be about.
#[derive(Debug, Clone, PartialEq, Queryable)]
pub struct KnownBundle {
    pub id: BundleId,
    pub provider_ref: Option<String>,
    pub status: BundleStatus,
}

/// Returns the bundles of an eSIM that are not cancelled, the newest first.
pub fn known_bundles(conn: &mut Conn, esim: EsimId) -> Result<Vec<KnownBundle>> {
    Ok(esim_bundles::table
        .filter(esim_bundles::esim_id.eq(esim))
        .filter(esim_bundles::status.ne(BundleStatus::Cancelled))
        .order_by((esim_bundles::created_at.desc(), esim_bundles::id.desc()))
        .select((
            esim_bundles::id,
            esim_bundles::provider_ref,
            esim_bundles::status,
        ))
        .load(conn)?)
}

const APPLY_REPORT: &str = "UPDATE esim_bundles SET status = coalesce($2, status), \
    used_bytes = greatest(used_bytes, coalesce($3, 0)), \
    starts_at = CASE WHEN coalesce($5, expires_at) <= coalesce($4, starts_at) THEN starts_at ELSE coalesce($4, starts_at) END, \
    expires_at = CASE WHEN coalesce($5, expires_at) <= coalesce($4, starts_at) THEN expires_at ELSE coalesce($5, expires_at) END, \
    ended_at = CASE WHEN coalesce($2, status) IN ('queued', 'active') THEN NULL ELSE coalesce(ended_at, $6) END \
    WHERE id = $1";

/// Updates a bundle by a report. Dates that contradict each other are not applied.
pub fn apply_report(
    tx: &mut Tx<'_>,
    id: BundleId,
    report: &ReportedBundle,
    status: Option<BundleStatus>,
    now: DateTime<Utc>,
) -> Result<()> {
    type Time = sql_types::Nullable<sql_types::Timestamptz>;
    diesel::sql_query(APPLY_REPORT)
        .bind::<sql_types::Uuid, _>(id)
        .bind::<sql_types::Nullable<schema::sql_types::BundleStatus>, _>(status)
        .bind::<sql_types::Nullable<sql_types::BigInt>, _>(report.used_bytes)
        .bind::<Time, _>(report.starts_at)
        .bind::<Time, _>(report.expires_at)
        .bind::<sql_types::Timestamptz, _>(now)
        .execute(tx.conn())?;
    Ok(())
}

const SET_EXPIRY: &str = "UPDATE esims e SET expires_at = m.until, version = e.version + 1 \
    FROM (SELECT max(b.expires_at) AS until FROM esim_bundles b WHERE b.esim_id = $1 AND b.status IN ('queued', 'active')) m \
    WHERE e.id = $1 AND m.until IS NOT NULL AND m.until IS DISTINCT FROM e.expires_at AND (e.activated_at IS NULL OR m.until > e.activated_at)";

/// Sets the expiry of a locked eSIM to that of its longest bundle.
pub fn set_expiry(tx: &mut Tx<'_>, esim: EsimId) -> Result<()> {
    diesel::sql_query(SET_EXPIRY)
        .bind::<sql_types::Uuid, _>(esim)
        .execute(tx.conn())?;
    Ok(())
}
