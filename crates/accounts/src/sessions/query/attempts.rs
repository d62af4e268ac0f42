//! SQL of the counters of failed sign-ins.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl::case_when, prelude::*, sql_types::Integer};
use platform::{Conn, Result, Tx};
use schema::login_attempts as attempts;

/// A counter starts again this long after its last failure.
const RESET_AFTER: TimeDelta = TimeDelta::days(1);

/// Counts an attempt and returns the new count, or nothing while the key is blocked. The row stays locked until the end of the
/// transaction, so simultaneous attempts are counted one after the other.
pub fn count(tx: &mut Tx<'_>, key: &[u8], now: DateTime<Utc>) -> Result<Option<i32>> {
    let is_old = attempts::updated_at.lt(now - RESET_AFTER);
    let counted = diesel::insert_into(attempts::table)
        .values((
            attempts::key.eq(key),
            attempts::failures.eq(1),
            attempts::updated_at.eq(now),
        ))
        .on_conflict(attempts::key)
        .do_update()
        .set((
            attempts::failures
                .eq(case_when(is_old, 1.into_sql::<Integer>()).otherwise(attempts::failures + 1)),
            attempts::updated_at.eq(now),
        ));
    // Written in full: the `filter` of an upsert is not the one of queries.
    let counted = diesel::query_dsl::methods::FilterDsl::filter(
        counted,
        attempts::blocked_until
            .is_null()
            .or(attempts::blocked_until.le(now)),
    );
    Ok(counted
        .returning(attempts::failures)
        .get_result(tx.conn())
        .optional()?)
}

/// Returns the time until which a key is blocked, if any.
pub fn blocked_until(conn: &mut Conn, key: &[u8]) -> Result<Option<DateTime<Utc>>> {
    Ok(attempts::table
        .find(key)
        .select(attempts::blocked_until)
        .first(conn)
        .optional()?
        .flatten())
}

/// Blocks a key until a time, or unblocks it.
pub fn block(tx: &mut Tx<'_>, key: &[u8], until: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(attempts::table.find(key))
        .set(attempts::blocked_until.eq(until))
        .execute(tx.conn())?;
    Ok(())
}

/// Resets the counter of a key.
pub fn reset(tx: &mut Tx<'_>, key: &[u8]) -> Result<()> {
    diesel::delete(attempts::table.find(key)).execute(tx.conn())?;
    Ok(())
}

/// Subtracts one failure, and removes the block that it may have caused.
pub fn subtract(tx: &mut Tx<'_>, key: &[u8]) -> Result<()> {
    diesel::update(attempts::table.find(key).filter(attempts::failures.gt(0)))
        .set((
            attempts::failures.eq(attempts::failures - 1),
            attempts::blocked_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes the counters without a recent failure.
pub fn delete_old(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    diesel::delete(attempts::table.filter(attempts::updated_at.lt(now - RESET_AFTER)))
        .execute(tx.conn())?;
    Ok(())
}
