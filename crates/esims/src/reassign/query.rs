//! SQL of the assignment to another customer.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, select},
    prelude::*,
    sql_types,
};
use platform::{Conn, Result, Tx};
use schema::{esim_bundles, esims, orders, users};
use wire::{
    EsimId, UserId,
    accounts::users::{KycStatus, UserRole, UserStatus},
};

/// A customer who may get an eSIM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct NewOwner {
    pub role: UserRole,
    pub status: UserStatus,
    pub kyc_status: KycStatus,
}

/// Locks a user against deletion until the end of the transaction, and returns the user.
pub fn lock_owner(tx: &mut Tx<'_>, id: UserId) -> Result<Option<NewOwner>> {
    Ok(users::table
        .filter(users::id.eq(id))
        .filter(users::deleted_at.is_null())
        .for_key_share()
        .select((users::role, users::status, users::kyc_status))
        .first(tx.conn())
        .optional()?)
}

/// Returns whether a plan on an eSIM was sold to verified customers only.
pub fn requires_kyc(conn: &mut Conn, esim: EsimId) -> Result<bool> {
    let requires = diesel::dsl::sql::<sql_types::Bool>(
        "coalesce((orders.terms->>'kyc_required')::boolean, false)",
    );
    let sold = esim_bundles::table
        .inner_join(orders::table)
        .filter(esim_bundles::esim_id.eq(esim))
        .filter(requires);
    Ok(select(exists(sold)).get_result(conn)?)
}

/// Returns whether two users belong to the same API client, or both to none.
pub fn have_same_client(conn: &mut Conn, one: UserId, other: UserId) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Same {
        #[diesel(sql_type = sql_types::Bool)]
        same: bool,
    }
    let row: Same = diesel::sql_query(
        "SELECT (SELECT client_id FROM users WHERE id = $1) IS NOT DISTINCT FROM (SELECT client_id FROM users WHERE id = $2) AS same",
    )
    .bind::<sql_types::Uuid, _>(one)
    .bind::<sql_types::Uuid, _>(other)
    .get_result(conn)?;
    Ok(row.same)
}

/// Assigns a locked eSIM to another customer. Returns `false` if its version is no longer the given one.
pub fn assign(
    tx: &mut Tx<'_>,
    id: EsimId,
    version: i32,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let known = esims::table
        .filter(esims::id.eq(id))
        .filter(esims::version.eq(version));
    let assigned = diesel::update(known)
        .set((
            esims::user_id.eq(user),
            esims::assigned_at.eq(now),
            esims::version.eq(esims::version + 1),
        ))
        .execute(tx.conn())?;
    Ok(assigned == 1)
}
