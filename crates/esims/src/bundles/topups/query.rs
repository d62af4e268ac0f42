//! SQL of what is added to eSIMs.

use chrono::{DateTime, Utc};
use diesel::{dsl::sql, prelude::*, sql_types};
use platform::{Result, Tx};
use schema::esims;
use wire::{
    BundleId, EsimId, PlanId, UserId,
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

/// Starts a bundle that waits; whether it did.
pub fn start(
    tx: &mut Tx<'_>,
    id: BundleId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool> {
    let started = diesel::sql_query(
        "UPDATE esim_bundles SET status = 'active', starts_at = $2, expires_at = $3 WHERE id = $1 AND status = 'queued'",
    )
    .bind::<sql_types::Uuid, _>(id)
    .bind::<sql_types::Timestamptz, _>(from)
    .bind::<sql_types::Timestamptz, _>(until)
    .execute(tx.conn())?;
    Ok(started == 1)
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
