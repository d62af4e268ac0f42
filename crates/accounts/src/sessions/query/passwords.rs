//! All SQL of passwords and of the links that set one.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Conn, Result, Tx};
use schema::{password_links as links, users};
use uuid::Uuid;
use wire::UserId;

/// Replaces the password hash of a user.
pub fn set(tx: &mut Tx<'_>, user: UserId, hash: &str) -> Result<()> {
    diesel::update(users::table.find(user))
        .set(users::password_hash.eq(hash))
        .execute(tx.conn())?;
    Ok(())
}

/// A new link that sets a password.
pub struct NewLink<'a> {
    pub id: Uuid,
    pub user: UserId,
    pub token_hash: &'a [u8],
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Adds a link; returns false when a link with this id exists.
pub fn add_link(tx: &mut Tx<'_>, link: &NewLink<'_>) -> Result<bool> {
    let added = diesel::insert_into(links::table)
        .values((
            links::id.eq(link.id),
            links::user_id.eq(link.user),
            links::token_hash.eq(link.token_hash),
            links::created_at.eq(link.created_at),
            links::expires_at.eq(link.expires_at),
        ))
        .on_conflict(links::id)
        .do_nothing()
        .execute(tx.conn())?;
    Ok(added == 1)
}

/// Returns the user of an open link.
pub fn link_user(conn: &mut Conn, hash: &[u8], now: DateTime<Utc>) -> Result<Option<UserId>> {
    Ok(open_link(hash, now)
        .select(links::user_id)
        .first(conn)
        .optional()?)
}

/// Marks an open link as used, and returns its user. Only one of several simultaneous requests gets the user.
pub fn use_link(tx: &mut Tx<'_>, hash: &[u8], now: DateTime<Utc>) -> Result<Option<UserId>> {
    Ok(diesel::update(open_link(hash, now))
        .set(links::used_at.eq(now))
        .returning(links::user_id)
        .get_result(tx.conn())
        .optional()?)
}

/// Closes every link of a user but the newest.
pub fn close_older_links(
    tx: &mut Tx<'_>,
    user: UserId,
    newest: Uuid,
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

/// Closes every open link of a user.
pub fn close_links(tx: &mut Tx<'_>, user: UserId, now: DateTime<Utc>) -> Result<()> {
    let open = links::table
        .filter(links::user_id.eq(user))
        .filter(links::used_at.is_null());
    diesel::update(open)
        .set(links::used_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Deletes expired links.
pub fn delete_expired(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    diesel::delete(links::table.filter(links::expires_at.lt(now))).execute(tx.conn())?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn open_link<'a>(hash: &'a [u8], now: DateTime<Utc>) -> _ {
    links::table
        .filter(links::token_hash.eq(hash))
        .filter(links::used_at.is_null())
        .filter(links::expires_at.gt(now))
}
