//! SQL of share links.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use platform::{Conn, Result, Tx};
use schema::esim_shares as shares;
use wire::{ApiClientId, EsimId, EsimShareId, UserId};

/// A share link as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = shares, check_for_backend(diesel::pg::Pg))]
pub struct Row {
    pub id: EsimShareId,
    pub esim_id: EsimId,
    pub code_hash: Vec<u8>,
    pub failed_attempts: i32,
    pub views: i32,
    pub last_viewed_at: Option<DateTime<Utc>>,
    pub created_by: Option<UserId>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// A share link to insert.
#[derive(Insertable)]
#[diesel(table_name = shares)]
pub struct NewRow {
    pub id: EsimShareId,
    pub esim_id: EsimId,
    pub token_hash: Vec<u8>,
    pub code_hash: Vec<u8>,
    pub created_by: Option<UserId>,
    pub client_id: Option<ApiClientId>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Inserts a share link.
pub fn insert(tx: &mut Tx<'_>, new: &NewRow) -> Result<()> {
    diesel::insert_into(shares::table)
        .values(new)
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the share links of an eSIM, newest first.
pub fn of_esim(conn: &mut Conn, esim: EsimId) -> Result<Vec<Row>> {
    Ok(shares::table
        .filter(shares::esim_id.eq(esim))
        .order_by((shares::created_at.desc(), shares::id.desc()))
        .limit(100)
        .select(Row::as_select())
        .load(conn)?)
}

/// Returns a share link.
pub fn find(conn: &mut Conn, id: EsimShareId) -> Result<Row> {
    Ok(shares::table
        .find(id)
        .select(Row::as_select())
        .first(conn)?)
}

/// Returns the share link with this hash of its token.
pub fn by_token(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<Row>> {
    Ok(shares::table
        .filter(shares::token_hash.eq(token_hash))
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// Returns the share link with this hash of its token, locked until the end of the transaction, so that concurrent attempts
/// are counted one after the other.
pub fn lock_by_token(tx: &mut Tx<'_>, token_hash: &[u8]) -> Result<Option<Row>> {
    Ok(shares::table
        .filter(shares::token_hash.eq(token_hash))
        .for_update()
        .select(Row::as_select())
        .first(tx.conn())
        .optional()?)
}

/// Counts a wrong access code.
pub fn count_failure(tx: &mut Tx<'_>, id: EsimShareId) -> Result<()> {
    diesel::update(shares::table.find(id))
        .set(shares::failed_attempts.eq(shares::failed_attempts + 1))
        .execute(tx.conn())?;
    Ok(())
}

/// Counts a view, and begins to count wrong access codes again.
pub fn count_view(tx: &mut Tx<'_>, id: EsimShareId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(shares::table.find(id))
        .set((
            shares::views.eq(shares::views + 1),
            shares::failed_attempts.eq(0),
            shares::last_viewed_at.eq(now),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Revokes a share link. Returns `false` if it was revoked before.
pub fn revoke(tx: &mut Tx<'_>, id: EsimShareId, now: DateTime<Utc>) -> Result<bool> {
    let open = shares::table
        .filter(shares::id.eq(id))
        .filter(shares::revoked_at.is_null());
    let revoked = diesel::update(open)
        .set(shares::revoked_at.eq(now))
        .execute(tx.conn())?;
    Ok(revoked == 1)
}

/// Revokes the share links of an eSIM that got another owner.
pub fn revoke_all(tx: &mut Tx<'_>, esim: EsimId, now: DateTime<Utc>) -> Result<()> {
    let open = shares::table
        .filter(shares::esim_id.eq(esim))
        .filter(shares::revoked_at.is_null());
    diesel::update(open)
        .set(shares::revoked_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}
