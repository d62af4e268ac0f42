//! All SQL of second factors. What serves once is taken by the UPDATE that looks for it, so that of several who
//! bring the same code at once, one gets in.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Conn, Result, Tx};
use schema::{mfa_factors as factors, recovery_codes as codes};
use uuid::Uuid;
use wire::UserId;

/// A second factor, sealed. It does not print.
#[derive(Queryable, Selectable)]
#[diesel(table_name = factors, check_for_backend(Pg))]
pub struct FactorRow {
    pub secret: Vec<u8>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// Somebody's factor, confirmed or not.
pub fn find(conn: &mut Conn, user: UserId) -> Result<Option<FactorRow>> {
    Ok(factors::table
        .find(user)
        .select(FactorRow::as_select())
        .first(conn)
        .optional()?)
}

/// Whether somebody has a factor that counts.
pub fn is_enrolled(conn: &mut Conn, user: UserId) -> Result<bool> {
    let theirs = factors::table
        .find(user)
        .filter(factors::confirmed_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(theirs)).get_result(conn)?)
}

/// Begins a factor, in the place of one that was begun and never confirmed; false when there is one that counts.
pub fn begin(tx: &mut Tx<'_>, user: UserId, (sealed, now): (&[u8], DateTime<Utc>)) -> Result<bool> {
    let fresh = diesel::insert_into(factors::table)
        .values((
            factors::user_id.eq(user),
            factors::secret.eq(sealed),
            factors::created_at.eq(now),
        ))
        .on_conflict(factors::user_id)
        .do_update()
        .set((
            factors::secret.eq(sealed),
            factors::created_at.eq(now),
            factors::last_step.eq(0),
        ));
    // Named in full: an upsert's `filter` is not the one of queries.
    let begun =
        diesel::query_dsl::methods::FilterDsl::filter(fresh, factors::confirmed_at.is_null());
    Ok(begun.execute(tx.conn())? == 1)
}

/// Confirms a factor by the code of this step; false when it is confirmed already.
pub fn confirm(tx: &mut Tx<'_>, user: UserId, (step, now): (i64, DateTime<Utc>)) -> Result<bool> {
    let begun = factors::table
        .find(user)
        .filter(factors::confirmed_at.is_null());
    let confirmed = diesel::update(begun)
        .set((factors::confirmed_at.eq(now), factors::last_step.eq(step)))
        .execute(tx.conn())?;
    Ok(confirmed == 1)
}

/// Takes the code of this step; false when it or a later one has served.
pub fn serve_step(tx: &mut Tx<'_>, user: UserId, step: i64) -> Result<bool> {
    let open = factors::table
        .find(user)
        .filter(factors::confirmed_at.is_not_null())
        .filter(factors::last_step.lt(step));
    let served = diesel::update(open)
        .set(factors::last_step.eq(step))
        .execute(tx.conn())?;
    Ok(served == 1)
}

/// Takes a recovery code; false when there is no such code, or it has served.
pub fn serve_code(
    tx: &mut Tx<'_>,
    user: UserId,
    (hash, now): (&[u8], DateTime<Utc>),
) -> Result<bool> {
    let open = codes::table
        .filter(codes::user_id.eq(user))
        .filter(codes::code_hash.eq(hash))
        .filter(codes::used_at.is_null());
    let served = diesel::update(open)
        .set(codes::used_at.eq(now))
        .execute(tx.conn())?;
    Ok(served == 1)
}

/// How many recovery codes have not served yet.
pub fn codes_left(conn: &mut Conn, user: UserId) -> Result<i64> {
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

/// Forgets somebody's recovery codes.
pub fn remove_codes(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    diesel::delete(codes::table.filter(codes::user_id.eq(user))).execute(tx.conn())?;
    Ok(())
}

/// Takes a factor away; false when there is none that counts.
pub fn remove(tx: &mut Tx<'_>, user: UserId) -> Result<bool> {
    let theirs = factors::table
        .find(user)
        .filter(factors::confirmed_at.is_not_null());
    Ok(diesel::delete(theirs).execute(tx.conn())? == 1)
}
