//! SQL of top-ups.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, select, sql},
    prelude::*,
    sql_types,
};
use platform::{Conn, Result, Tx};
use schema::{esim_data_usage as usage, esim_operations as operations, esims};
use wire::{
    BundleId, EsimId, OrderId, PlanId, UsageId, UserId,
    esims::{
        inventory::{EsimStatus, ProfileState},
        operations::{EsimOperationKind, EsimOperationStatus},
    },
};

/// An eSIM that a top-up is added to.
#[derive(Queryable, Selectable)]
#[diesel(table_name = esims, check_for_backend(diesel::pg::Pg))]
pub struct Esim {
    pub iccid: String,
    pub status: EsimStatus,
    pub profile_state: ProfileState,
    pub user_id: Option<UserId>,
}

/// Locks an eSIM until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: EsimId) -> Result<Esim> {
    Ok(esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .for_update()
        .select(Esim::as_select())
        .first(tx.conn())?)
}

/// A queued top-up on an eSIM that has not ended.
#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct QueuedTopUp {
    /// The bundle.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: BundleId,
    /// The eSIM.
    #[diesel(sql_type = sql_types::Uuid)]
    pub esim_id: EsimId,
    /// The ICCID of the eSIM.
    #[diesel(sql_type = sql_types::Text)]
    pub iccid: String,
    /// The plan that was sold.
    #[diesel(sql_type = sql_types::Uuid)]
    pub plan_id: PlanId,
    /// The data allowance; `None` is unlimited.
    #[diesel(sql_type = sql_types::Nullable<sql_types::BigInt>)]
    pub total_bytes: Option<i64>,
    /// Whether the eSIM has another bundle that the owner can use meanwhile.
    #[diesel(sql_type = sql_types::Bool)]
    pub has_other_data: bool,
}

const QUEUED_TOP_UP: &str = "SELECT b.id, b.esim_id, e.iccid, b.plan_id, b.total_bytes, e.status <> 'expired' AND EXISTS ( \
        SELECT FROM esim_bundles s JOIN orders o ON o.id = s.order_id WHERE s.esim_id = b.esim_id AND s.id <> b.id \
            AND ((s.status = 'active' AND (s.expires_at IS NULL OR s.expires_at > $3)) OR (s.status = 'queued' AND o.kind = 'new'))) AS has_other_data \
    FROM esim_bundles b JOIN esims e ON e.id = b.esim_id WHERE b.order_id = $1 AND b.unit_no = $2 AND b.status = 'queued' \
        AND e.deleted_at IS NULL AND e.status <> 'cancelled' AND e.profile_state <> 'deleted'";

/// Returns the queued top-up of an ordered unit, if its eSIM has not ended.
pub fn find_queued(
    conn: &mut Conn,
    order: OrderId,
    unit_no: i32,
    now: DateTime<Utc>,
) -> Result<Option<QueuedTopUp>> {
    Ok(diesel::sql_query(QUEUED_TOP_UP)
        .bind::<sql_types::Uuid, _>(order)
        .bind::<sql_types::Integer, _>(unit_no)
        .bind::<sql_types::Timestamptz, _>(now)
        .get_result(conn)
        .optional()?)
}

/// Starts a queued bundle. Returns `false` if it is not queued. A bundle whose period is over becomes expired.
pub fn start(
    tx: &mut Tx<'_>,
    id: BundleId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    is_active: bool,
) -> Result<bool> {
    let started = diesel::sql_query(
        "UPDATE esim_bundles SET status = CASE WHEN $4 THEN 'active' ELSE 'expired' END::bundle_status, starts_at = $2, expires_at = $3 \
         WHERE id = $1 AND status = 'queued'",
    )
    .bind::<sql_types::Uuid, _>(id)
    .bind::<sql_types::Timestamptz, _>(from)
    .bind::<sql_types::Timestamptz, _>(until)
    .bind::<sql_types::Bool, _>(is_active)
    .execute(tx.conn())?;
    Ok(started == 1)
}

/// Inserts the allowance of a new period, with no usage yet. An existing reading of the period is kept.
pub fn insert_allowance(
    tx: &mut Tx<'_>,
    esim: EsimId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    bytes: Option<i64>,
) -> Result<()> {
    diesel::insert_into(usage::table)
        .values((
            usage::id.eq(UsageId::new()),
            usage::esim_id.eq(esim),
            usage::used_bytes.eq(0),
            usage::limit_bytes.eq(bytes),
            usage::period_start.eq(from),
            usage::period_end.eq(until),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok(())
}

/// Extends the expiry of an eSIM to the given time, unless it is later already. Sets the plan if one is given.
pub fn extend(
    tx: &mut Tx<'_>,
    id: EsimId,
    until: DateTime<Utc>,
    plan: Option<PlanId>,
) -> Result<()> {
    let longest = sql::<sql_types::Nullable<sql_types::Timestamptz>>("greatest(expires_at, ")
        .bind::<sql_types::Timestamptz, _>(until)
        .sql(")");
    diesel::update(esims::table.find(id))
        .set((
            esims::expires_at.eq(longest),
            plan.map(|plan| esims::plan_id.eq(plan)),
            esims::version.eq(esims::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns whether an eSIM has a cancellation that was sent to its provider and has no outcome yet.
pub fn is_being_cancelled(conn: &mut Conn, id: EsimId) -> Result<bool> {
    let open = operations::table
        .filter(operations::esim_id.eq(id))
        .filter(operations::kind.eq(EsimOperationKind::Cancel))
        .filter(
            operations::status
                .eq_any([EsimOperationStatus::Running, EsimOperationStatus::Scheduled]),
        );
    Ok(select(exists(open)).get_result(conn)?)
}
