//! All SQL of accounts at sign-in and of sessions.

pub mod attempts;
pub mod mfa;
pub mod origins;
pub mod passwords;

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{Conn, Result, Tx};
use schema::{sessions, users};
use wire::{
    ApiClientId, SessionId, UserId,
    accounts::users::{UserRole, UserStatus},
};

/// The columns of a user that signing in needs. The type does not print.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct Account {
    pub id: UserId,
    pub email_hash: Vec<u8>,
    pub password_hash: String,
    pub role: UserRole,
    pub status: UserStatus,
    pub session_epoch: i32,
    pub client_id: Option<ApiClientId>,
    pub email_changed_at: Option<DateTime<Utc>>,
}

/// A refresh token, without the token.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Pg))]
pub struct SessionRow {
    pub family_id: SessionId,
    pub user_id: UserId,
    pub created_at: DateTime<Utc>,
    pub rotated_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
}

/// An active session, as its owner sees it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Pg))]
pub struct ActiveSession {
    pub family_id: SessionId,
    pub user_agent: Option<String>,
    pub ip: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// A new refresh token; `created_at` is the time at which its family started.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub struct NewSessionRow<'a> {
    pub id: SessionId,
    pub user_id: UserId,
    pub family_id: SessionId,
    pub refresh_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub is_limited: bool,
    pub user_agent: Option<&'a str>,
    pub ip: Option<&'a str>,
}

/// Returns the accounts of an address that are not deleted, the direct one first: several shops may have a customer with
/// the same address.
pub fn accounts(conn: &mut Conn, email_hash: &[u8]) -> Result<Vec<Account>> {
    Ok(users::table
        .filter(users::email_hash.eq(email_hash))
        .filter(users::deleted_at.is_null())
        .order_by((users::client_id.asc().nulls_first(), users::id))
        .select(Account::as_select())
        .load(conn)?)
}

/// Returns an account that is not deleted.
pub fn account_by_id(conn: &mut Conn, id: UserId) -> Result<Option<Account>> {
    Ok(users::table
        .find(id)
        .filter(users::deleted_at.is_null())
        .select(Account::as_select())
        .first(conn)
        .optional()?)
}

/// Locks an account that is not deleted, until the end of the transaction. Code that starts, extends or ends sessions locks
/// their owner first: otherwise a token that is extended while the session ends would outlive it.
pub fn lock_account(tx: &mut Tx<'_>, id: UserId) -> Result<Option<Account>> {
    Ok(users::table
        .find(id)
        .filter(users::deleted_at.is_null())
        .for_no_key_update()
        .select(Account::as_select())
        .first(tx.conn())
        .optional()?)
}

/// Records when the email address of an account was changed.
pub fn record_email_change(tx: &mut Tx<'_>, id: UserId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::email_changed_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Records the time of the last sign-in of an account.
pub fn record_sign_in(tx: &mut Tx<'_>, id: UserId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::last_login.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Adds a refresh token.
pub fn insert(tx: &mut Tx<'_>, new: &NewSessionRow<'_>) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values(new)
        .execute(tx.conn())?;
    Ok(())
}

/// Marks a valid token as exchanged. Only one of several simultaneous requests succeeds.
pub fn rotate(tx: &mut Tx<'_>, hash: &[u8], now: DateTime<Utc>) -> Result<Option<SessionRow>> {
    let valid = sessions::table
        .filter(sessions::refresh_hash.eq(hash))
        .filter(sessions::rotated_at.is_null())
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now));
    Ok(diesel::update(valid)
        .set((sessions::rotated_at.eq(now), sessions::last_used_at.eq(now)))
        .returning(SessionRow::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// Returns a token, valid or not.
pub fn find_by_hash(conn: &mut Conn, hash: &[u8]) -> Result<Option<SessionRow>> {
    Ok(sessions::table
        .filter(sessions::refresh_hash.eq(hash))
        .select(SessionRow::as_select())
        .first(conn)
        .optional()?)
}

/// Revokes every token of a user's session family, and returns their number.
pub fn end_family(
    tx: &mut Tx<'_>,
    family: SessionId,
    user: UserId,
    why: &str,
    now: DateTime<Utc>,
) -> Result<usize> {
    Ok(diesel::update(
        sessions::table
            .filter(sessions::family_id.eq(family))
            .filter(sessions::user_id.eq(user))
            .filter(sessions::revoked_at.is_null()),
    )
    .set((
        sessions::revoked_at.eq(now),
        sessions::revoked_reason.eq(why),
    ))
    .execute(tx.conn())?)
}

/// Ends every session of a user except one, and returns the number of revoked tokens. Uses the time of the database, because
/// some callers have no clock.
pub fn end_all(
    tx: &mut Tx<'_>,
    user: UserId,
    except: Option<SessionId>,
    why: &str,
) -> Result<usize> {
    let others = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::family_id.nullable().is_distinct_from(except));
    Ok(diesel::update(others)
        .set((
            sessions::revoked_at.eq(diesel::dsl::now),
            sessions::revoked_reason.eq(why),
        ))
        .execute(tx.conn())?)
}

/// Records that the owner of a session has authenticated again.
pub fn confirm(tx: &mut Tx<'_>, family: SessionId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(sessions::table.filter(sessions::family_id.eq(family)))
        .set(sessions::confirmed_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Sets whether the sessions of a user are limited to setting up a second factor.
pub fn set_limited(tx: &mut Tx<'_>, user: UserId, is_limited: bool) -> Result<()> {
    diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
        .set(sessions::is_limited.eq(is_limited))
        .execute(tx.conn())?;
    Ok(())
}

/// Returns the owner of a session and the owner's role.
pub fn owner(conn: &mut Conn, family: SessionId) -> Result<(UserId, UserRole)> {
    Ok(sessions::table
        .inner_join(users::table)
        .filter(sessions::family_id.eq(family))
        .select((sessions::user_id, users::role))
        .first(conn)?)
}

/// Returns the family of a token's row.
pub fn family_of(conn: &mut Conn, id: SessionId) -> Result<SessionId> {
    Ok(sessions::table
        .find(id)
        .select(sessions::family_id)
        .first(conn)?)
}

/// Returns the active sessions of a user, the newest first.
pub fn active_sessions(
    conn: &mut Conn,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Vec<ActiveSession>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::rotated_at.is_null())
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order_by((sessions::created_at.desc(), sessions::id.desc()))
        .select(ActiveSession::as_select())
        .load(conn)?)
}

/// Deletes expired sessions and links, old counters of failed sign-ins, and unused origins.
pub fn delete_expired(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(now))).execute(tx.conn())?;
    attempts::delete_old(tx, now)?;
    origins::delete_unused(tx, now)?;
    passwords::delete_expired(tx, now)
}
