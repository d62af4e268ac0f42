//! SQL of what is added to eSIMs.

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, prelude::*, sql_types};
use platform::{Conn, Result, Tx};
use schema::{esim_data_usage as usage, esims};
use wire::{
    BundleId, EsimId, OrderId, PlanId, UsageId, UserId,
    esims::inventory::{EsimStatus, ProfileState},
};

/// An eSIM that something is added to.
#[derive(Queryable, Selectable)]
#[diesel(table_name = esims, check_for_backend(diesel::pg::Pg))]
pub struct Esim {
    pub iccid: String,
    pub status: EsimStatus,
    pub profile_state: ProfileState,
    pub user_id: Option<UserId>,
}

/// An eSIM, locked until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: EsimId) -> Result<Esim> {
    Ok(esims::table
        .filter(esims::id.eq(id))
        .filter(esims::deleted_at.is_null())
        .for_update()
        .select(Esim::as_select())
        .first(tx.conn())?)
}

/// A bundle that waits on an eSIM which has not ended.
#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
pub struct Waiting {
    /// Which bundle.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: BundleId,
    /// On this eSIM.
    #[diesel(sql_type = sql_types::Uuid)]
    pub esim_id: EsimId,
    /// That eSIM's number.
    #[diesel(sql_type = sql_types::Text)]
    pub iccid: String,
    /// The plan that was sold.
    #[diesel(sql_type = sql_types::Uuid)]
    pub plan_id: PlanId,
    /// The data in it; none is unlimited.
    #[diesel(sql_type = sql_types::Nullable<sql_types::BigInt>)]
    pub total_bytes: Option<i64>,
    /// Whether its owner has something else on the eSIM meanwhile.
    #[diesel(sql_type = sql_types::Bool)]
    pub is_served: bool,
}

const WAITING: &str = "SELECT b.id, b.esim_id, e.iccid, b.plan_id, b.total_bytes, e.status <> 'expired' AND EXISTS ( \
        SELECT FROM esim_bundles s JOIN orders o ON o.id = s.order_id WHERE s.esim_id = b.esim_id AND s.id <> b.id \
            AND ((s.status = 'active' AND (s.expires_at IS NULL OR s.expires_at > $3)) OR (s.status = 'queued' AND o.kind = 'new'))) AS is_served \
    FROM esim_bundles b JOIN esims e ON e.id = b.esim_id WHERE b.order_id = $1 AND b.unit_no = $2 AND b.status = 'queued' \
        AND e.deleted_at IS NULL AND e.status <> 'cancelled' AND e.profile_state <> 'deleted'";

/// The bundle of an ordered unit, if it waits on an eSIM which has not ended.
pub fn waiting(
    conn: &mut Conn,
    order: OrderId,
    unit_no: i32,
    now: DateTime<Utc>,
) -> Result<Option<Waiting>> {
    Ok(diesel::sql_query(WAITING)
        .bind::<sql_types::Uuid, _>(order)
        .bind::<sql_types::Integer, _>(unit_no)
        .bind::<sql_types::Timestamptz, _>(now)
        .get_result(conn)
        .optional()?)
}

/// Starts a bundle that waits; whether it did. One whose time is over by now has expired at once.
pub fn start(
    tx: &mut Tx<'_>,
    id: BundleId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    runs_still: bool,
) -> Result<bool> {
    let started = diesel::sql_query(
        "UPDATE esim_bundles SET status = CASE WHEN $4 THEN 'active' ELSE 'expired' END::bundle_status, starts_at = $2, expires_at = $3 \
         WHERE id = $1 AND status = 'queued'",
    )
    .bind::<sql_types::Uuid, _>(id)
    .bind::<sql_types::Timestamptz, _>(from)
    .bind::<sql_types::Timestamptz, _>(until)
    .bind::<sql_types::Bool, _>(runs_still)
    .execute(tx.conn())?;
    Ok(started == 1)
}

/// Notes what may be used in a new period; nothing of it is used yet. What is known of the period already stays.
pub fn limit(
    tx: &mut Tx<'_>,
    esim: EsimId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
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

/// Lets an eSIM last until then, unless it lasts longer; and carry that plan, where it had none running.
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
