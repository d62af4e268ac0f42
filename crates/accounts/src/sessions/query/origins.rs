//! Devices and networks that an account has signed in from.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl::exists, prelude::*};
use platform::{Conn, Result, Tx};
use schema::sign_in_origins as origins;
use wire::UserId;

/// How long an origin stays known after its last use.
const KNOWN_FOR: TimeDelta = TimeDelta::days(180);

/// Returns whether an account has signed in from this origin before.
pub fn is_known(conn: &mut Conn, key: &[u8]) -> Result<bool> {
    let known = origins::table.filter(origins::key.eq(key));
    Ok(diesel::select(exists(known)).get_result(conn)?)
}

/// Records that an account has signed in from this origin.
pub fn remember(tx: &mut Tx<'_>, user: UserId, key: &[u8], now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(origins::table)
        .values((
            origins::key.eq(key),
            origins::user_id.eq(user),
            origins::created_at.eq(now),
            origins::last_used_at.eq(now),
        ))
        .on_conflict(origins::key)
        .do_update()
        .set((origins::user_id.eq(user), origins::last_used_at.eq(now)))
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes every origin of an account.
pub fn delete_all(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    diesel::delete(origins::table.filter(origins::user_id.eq(user))).execute(tx.conn())?;
    Ok(())
}

/// Deletes the origins that were not used for [`KNOWN_FOR`].
pub fn delete_unused(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    diesel::delete(origins::table.filter(origins::last_used_at.lt(now - KNOWN_FOR)))
        .execute(tx.conn())?;
    Ok(())
}
