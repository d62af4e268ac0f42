//! All SQL of passwords and of the links that set one.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Conn, Result, Tx};
use schema::{password_links as links, users};
use uuid::Uuid;
use wire::UserId;

/// Replaces somebody's password.
pub fn set(tx: &mut Tx<'_>, user: UserId, hash: &str) -> Result<()> {
    diesel::update(users::table.find(user))
        .set(users::password_hash.eq(hash))
        .execute(tx.conn())?;
    Ok(())
}

/// Adds a link, unless it is there.
pub fn add_link(
    tx: &mut Tx<'_>,
    (id, user): (Uuid, UserId),
    (hash, now, ends): (&[u8], DateTime<Utc>, DateTime<Utc>),
) -> Result<bool> {
    let added = diesel::insert_into(links::table)
        .values((
            links::id.eq(id),
            links::user_id.eq(user),
            links::token_hash.eq(hash),
            links::created_at.eq(now),
            links::expires_at.eq(ends),
        ))
        .on_conflict(links::id)
        .do_nothing()
        .execute(tx.conn())?;
    Ok(added == 1)
}

/// Whose link this is, while it is open.
pub fn holder(conn: &mut Conn, hash: &[u8], now: DateTime<Utc>) -> Result<Option<UserId>> {
    Ok(open(hash, now)
        .select(links::user_id)
        .first(conn)
        .optional()?)
}

/// Takes a link: of several who bring it at once, one is told whose it is.
pub fn serve(tx: &mut Tx<'_>, hash: &[u8], now: DateTime<Utc>) -> Result<Option<UserId>> {
    Ok(diesel::update(open(hash, now))
        .set(links::used_at.eq(now))
        .returning(links::user_id)
        .get_result(tx.conn())
        .optional()?)
}

/// Closes every link of a user but the newest.
pub fn close_older_links(
    tx: &mut Tx<'_>,
    (user, newest): (UserId, Uuid),
    now: DateTime<Utc>,
) -> Result<()> {
    let older = links::table
        .filter(links::user_id.eq(user))
        .filter(links::id.ne(newest))
        .filter(links::used_at.is_null());
    diesel::update(older)
        .set(links::used_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Closes every other link of somebody.
pub fn close_links(tx: &mut Tx<'_>, user: UserId, now: DateTime<Utc>) -> Result<()> {
    let theirs = links::table
        .filter(links::user_id.eq(user))
        .filter(links::used_at.is_null());
    diesel::update(theirs)
        .set(links::used_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets links that have ended.
pub fn tidy(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    diesel::delete(links::table.filter(links::expires_at.lt(now))).execute(tx.conn())?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn open<'a>(hash: &'a [u8], now: DateTime<Utc>) -> _ {
    links::table
        .filter(links::token_hash.eq(hash))
        .filter(links::used_at.is_null())
        .filter(links::expires_at.gt(now))
}
