//! All SQL of second factors. A code is marked as used by the UPDATE that finds it, so only one of several simultaneous requests
//! with the same code succeeds.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Conn, Result, Tx};
use schema::{mfa_factors as factors, recovery_codes as codes};
use uuid::Uuid;
use wire::UserId;

/// A second factor, sealed. The type does not print.
#[derive(Queryable, Selectable)]
#[diesel(table_name = factors, check_for_backend(Pg))]
pub struct FactorRow {
    pub secret: Vec<u8>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// Returns the second factor of a user, confirmed or not.
pub fn find(conn: &mut Conn, user: UserId) -> Result<Option<FactorRow>> {
    Ok(factors::table
        .find(user)
        .select(FactorRow::as_select())
        .first(conn)
        .optional()?)
}

/// Returns whether a user has a confirmed second factor.
pub fn is_enrolled(conn: &mut Conn, user: UserId) -> Result<bool> {
    let confirmed = factors::table
        .find(user)
        .filter(factors::confirmed_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(confirmed)).get_result(conn)?)
}

/// Adds an unconfirmed second factor, or replaces an unconfirmed one; returns false when the user has a confirmed one.
pub fn begin(
    tx: &mut Tx<'_>,
    user: UserId,
    sealed_secret: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let upsert = diesel::insert_into(factors::table)
        .values((
            factors::user_id.eq(user),
            factors::secret.eq(sealed_secret),
            factors::created_at.eq(now),
        ))
        .on_conflict(factors::user_id)
        .do_update()
        .set((
            factors::secret.eq(sealed_secret),
            factors::created_at.eq(now),
            factors::last_step.eq(0),
        ));
    // Written in full: the `filter` of an upsert is not the one of queries.
    let begun =
        diesel::query_dsl::methods::FilterDsl::filter(upsert, factors::confirmed_at.is_null());
    Ok(begun.execute(tx.conn())? == 1)
}

/// Confirms a second factor with the code of this time step; returns false when it is confirmed already.
pub fn confirm(tx: &mut Tx<'_>, user: UserId, step: i64, now: DateTime<Utc>) -> Result<bool> {
    let unconfirmed = factors::table
        .find(user)
        .filter(factors::confirmed_at.is_null());
    let confirmed = diesel::update(unconfirmed)
        .set((factors::confirmed_at.eq(now), factors::last_step.eq(step)))
        .execute(tx.conn())?;
    Ok(confirmed == 1)
}

/// Marks the code of this time step as used; returns false when this or a later one was used before.
pub fn use_step(tx: &mut Tx<'_>, user: UserId, step: i64) -> Result<bool> {
    let unused = factors::table
        .find(user)
        .filter(factors::confirmed_at.is_not_null())
        .filter(factors::last_step.lt(step));
    let used = diesel::update(unused)
        .set(factors::last_step.eq(step))
        .execute(tx.conn())?;
    Ok(used == 1)
}

/// Marks a recovery code as used; returns false when the user has no such code, or it was used before.
pub fn use_recovery_code(
    tx: &mut Tx<'_>,
    user: UserId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let unused = codes::table
        .filter(codes::user_id.eq(user))
        .filter(codes::code_hash.eq(hash))
        .filter(codes::used_at.is_null());
    let used = diesel::update(unused)
        .set(codes::used_at.eq(now))
        .execute(tx.conn())?;
    Ok(used == 1)
}

/// Returns the number of unused recovery codes of a user.
pub fn count_unused_codes(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(codes::table
        .filter(codes::user_id.eq(user))
        .filter(codes::used_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Adds recovery codes.
pub fn add_codes(tx: &mut Tx<'_>, user: UserId, hashes: Vec<Vec<u8>>) -> Result<()> {
    let rows: Vec<_> = hashes
        .into_iter()
        .map(|hash| {
            (
                codes::id.eq(Uuid::now_v7()),
                codes::user_id.eq(user),
                codes::code_hash.eq(hash),
            )
        })
        .collect();
    diesel::insert_into(codes::table)
        .values(rows)
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes the recovery codes of a user.
pub fn remove_codes(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    diesel::delete(codes::table.filter(codes::user_id.eq(user))).execute(tx.conn())?;
    Ok(())
}

/// Deletes a confirmed second factor; returns false when the user has none.
pub fn remove(tx: &mut Tx<'_>, user: UserId) -> Result<bool> {
    let confirmed = factors::table
        .find(user)
        .filter(factors::confirmed_at.is_not_null());
    Ok(diesel::delete(confirmed).execute(tx.conn())? == 1)
}
