//! All SQL of signing in.

pub mod attempts;
pub mod factors;
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

/// What signing in needs to know of a person. It does not print.
#[derive(Queryable, Selectable)]
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
pub struct Row {
    pub family_id: SessionId,
    pub user_id: UserId,
    pub created_at: DateTime<Utc>,
    pub rotated_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub confirmed_at: Option<DateTime<Utc>>,
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

/// A living account.
pub fn account_by_id(conn: &mut Conn, id: UserId) -> Result<Option<Account>> {
    Ok(users::table
        .find(id)
        .filter(users::deleted_at.is_null())
        .select(Account::as_select())
        .first(conn)
        .optional()?)
}

/// A living account, held until the end of the transaction. Whoever begins, prolongs or ends sessions holds their
/// owner first: a token that is prolonged while the session ends would else outlive it.
pub fn hold(tx: &mut Tx<'_>, id: UserId) -> Result<Option<Account>> {
    Ok(users::table
        .find(id)
        .filter(users::deleted_at.is_null())
        .for_no_key_update()
        .select(Account::as_select())
        .first(tx.conn())
        .optional()?)
}

/// Records when the email address of an account was changed.
pub fn email_changed(tx: &mut Tx<'_>, id: UserId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::email_changed_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
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

/// Ends every session of somebody, but for one of them; how many tokens those were. The time is the database's:
/// whoever ends them because of something else has no clock at hand.
pub fn end_all(
    tx: &mut Tx<'_>,
    user: UserId,
    (but, why): (Option<SessionId>, &str),
) -> Result<usize> {
    let theirs = sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::revoked_at.is_null())
        .filter(sessions::family_id.nullable().is_distinct_from(but));
    Ok(diesel::update(theirs)
        .set((
            sessions::revoked_at.eq(diesel::dsl::now),
            sessions::revoked_reason.eq(why),
        ))
        .execute(tx.conn())?)
}

/// Notes that the owner of a session has proven anew who they are.
pub fn confirm(tx: &mut Tx<'_>, family: SessionId, now: DateTime<Utc>) -> Result<()> {
    diesel::update(sessions::table.filter(sessions::family_id.eq(family)))
        .set(sessions::confirmed_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Limits somebody's sessions to setting up a second factor, or lifts that.
pub fn limit(tx: &mut Tx<'_>, user: UserId, is_limited: bool) -> Result<()> {
    diesel::update(sessions::table.filter(sessions::user_id.eq(user)))
        .set(sessions::is_limited.eq(is_limited))
        .execute(tx.conn())?;
    Ok(())
}

/// Whose session this is.
pub fn owner(conn: &mut Conn, family: SessionId) -> Result<(UserId, UserRole)> {
    Ok(sessions::table
        .inner_join(users::table)
        .filter(sessions::family_id.eq(family))
        .select((sessions::user_id, users::role))
        .first(conn)?)
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

/// Forgets what has ended before then.
pub fn tidy(tx: &mut Tx<'_>, now: DateTime<Utc>) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(now))).execute(tx.conn())?;
    attempts::tidy(tx, now)?;
    origins::tidy(tx, now)?;
    passwords::tidy(tx, now)
}
