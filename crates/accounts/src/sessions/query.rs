//! All SQL of signing in.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl::case_when, pg::Pg, prelude::*, sql_types::Integer};
use platform::{Conn, Result, Tx};
use schema::{login_attempts as attempts, sessions, users};
use wire::{
    SessionId, UserId,
    accounts::users::{UserRole, UserStatus},
};

/// Failures are forgotten after a quiet day.
const REMEMBERED: TimeDelta = TimeDelta::days(1);

/// What signing in needs to know of a person. It does not print.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(Pg))]
pub struct Account {
    pub id: UserId,
    pub password_hash: String,
    pub role: UserRole,
    pub status: UserStatus,
    pub session_epoch: i32,
}

/// A refresh token, without the token.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Pg))]
pub struct Row {
    pub family_id: SessionId,
    pub user_id: UserId,
    pub created_at: DateTime<Utc>,
    pub rotated_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A session as its owner sees it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Pg))]
pub struct Living {
    pub family_id: SessionId,
    pub user_agent: Option<String>,
    pub ip: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
}

/// A new refresh token; `created_at` is when its family began.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub struct Fresh<'a> {
    pub id: SessionId,
    pub user_id: UserId,
    pub family_id: SessionId,
    pub refresh_hash: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub user_agent: Option<&'a str>,
    pub ip: Option<&'a str>,
}

/// The living account of an address.
pub fn account(conn: &mut Conn, email_hash: &[u8]) -> Result<Option<Account>> {
    Ok(users::table
        .filter(users::email_hash.eq(email_hash))
        .filter(users::deleted_at.is_null())
        .select(Account::as_select())
        .first(conn)
        .optional()?)
}

/// A living account.
pub fn account_by_id(conn: &mut Conn, id: UserId) -> Result<Option<Account>> {
    Ok(users::table
        .find(id)
        .filter(users::deleted_at.is_null())
        .select(Account::as_select())
        .first(conn)
        .optional()?)
}

/// They have signed in.
pub fn signed_in(tx: &mut Tx<'_>, id: UserId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::last_login.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Adds a refresh token.
pub fn insert(tx: &mut Tx<'_>, fresh: &Fresh<'_>) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values(fresh)
        .execute(tx.conn())?;
    Ok(())
}

/// Takes a token out of force, if it is in force: of several at once, one succeeds.
pub fn rotate(tx: &mut Tx<'_>, hash: &[u8], now: DateTime<Utc>) -> Result<Option<Row>> {
    let in_force = sessions::table
        .filter(sessions::refresh_hash.eq(hash))
        .filter(sessions::rotated_at.is_null())
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now));
    Ok(diesel::update(in_force)
        .set((sessions::rotated_at.eq(now), sessions::last_used_at.eq(now)))
        .returning(Row::as_returning())
        .get_result(tx.conn())
        .optional()?)
}

/// A token, in force or not.
pub fn by_hash(conn: &mut Conn, hash: &[u8]) -> Result<Option<Row>> {
    Ok(sessions::table
        .filter(sessions::refresh_hash.eq(hash))
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// Ends every token of somebody's family; how many those were.
pub fn end_family(
    tx: &mut Tx<'_>,
    (family, user): (SessionId, UserId),
    (now, why): (DateTime<Utc>, &str),
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

/// The family of a token's row.
pub fn family_of(conn: &mut Conn, id: SessionId) -> Result<SessionId> {
    Ok(sessions::table
        .find(id)
        .select(sessions::family_id)
        .first(conn)?)
}

/// Somebody's sessions in force, the newest first.
pub fn living(conn: &mut Conn, user: UserId, now: DateTime<Utc>) -> Result<Vec<Living>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::rotated_at.is_null())
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::expires_at.gt(now))
        .order_by((sessions::created_at.desc(), sessions::id.desc()))
        .select(Living::as_select())
        .load(conn)?)
}

/// Counts a try and answers how many there are now; nothing comes back while the key is blocked. The row stays
/// locked until the end of the transaction, so tries that arrive at once are counted one after the other.
pub fn count_attempt(tx: &mut Tx<'_>, key: &[u8], now: DateTime<Utc>) -> Result<Option<i32>> {
    let is_old = attempts::updated_at.lt(now - REMEMBERED);
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
    // Named in full: an upsert's `filter` is not the one of queries.
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

/// Until when a key is blocked.
pub fn blocked_until(conn: &mut Conn, key: &[u8]) -> Result<Option<DateTime<Utc>>> {
    Ok(attempts::table
        .find(key)
        .select(attempts::blocked_until)
        .first(conn)
        .optional()?
        .flatten())
}

/// Blocks a key until then, or not at all.
pub fn block(tx: &mut Tx<'_>, key: &[u8], until: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(attempts::table.find(key))
        .set(attempts::blocked_until.eq(until))
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets a key's failures.
pub fn forget_attempts(tx: &mut Tx<'_>, key: &[u8]) -> Result<()> {
    diesel::delete(attempts::table.find(key)).execute(tx.conn())?;
    Ok(())
}

/// Takes one failure back, and the block that it may have caused.
pub fn take_back(tx: &mut Tx<'_>, key: &[u8]) -> Result<()> {
    diesel::update(attempts::table.find(key).filter(attempts::failures.gt(0)))
        .set((
            attempts::failures.eq(attempts::failures - 1),
            attempts::blocked_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets what has ended before then.
pub fn tidy(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(now))).execute(tx.conn())?;
    diesel::delete(attempts::table.filter(attempts::updated_at.lt(now - REMEMBERED)))
        .execute(tx.conn())?;
    Ok(())
}
