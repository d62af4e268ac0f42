//! SQL of how somebody stands here: their state, their role, whether they are deleted.

use super::{Sealed, UserRow, clash};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Nullable, Text, Uuid as SqlUuid},
};
use platform::{Conn, Error, Result, Tx};
use schema::{audit_log, users};
use wire::{
    ProblemCode, UserId,
    accounts::users::{UserRole, UserStatus},
};

/// Gives somebody who is held another state.
pub fn set_status(tx: &mut Tx<'_>, id: UserId, to: UserStatus) -> Result<UserRow> {
    Ok(diesel::update(users::table.find(id))
        .set((users::status.eq(to), users::version.eq(users::version + 1)))
        .returning(UserRow::as_returning())
        .get_result(tx.conn())?)
}

/// A change of a user's status, as the audit log recorded it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct StatusChange {
    /// The status before.
    pub before: UserStatus,
    /// The status since.
    pub after: UserStatus,
}

/// Returns the last change of a user's status, if the audit log says what it was before.
pub fn last_status_change(conn: &mut Conn, id: UserId) -> Result<Option<StatusChange>> {
    const ACTIONS: [&str; 5] = [
        "user.activate",
        "user.deactivate",
        "user.suspend",
        "user.ban",
        "user.undo_status",
    ];
    let change: Option<Option<serde_json::Value>> = audit_log::table
        .filter(audit_log::subject_type.eq("user"))
        .filter(audit_log::subject_id.eq(id.0))
        .filter(audit_log::action.eq_any(ACTIONS))
        .order((audit_log::created_at.desc(), audit_log::id.desc()))
        .select(audit_log::change)
        .first(conn)
        .optional()?;
    let status = change
        .flatten()
        .and_then(|change| change.get("status").cloned());
    Ok(status.and_then(|status| serde_json::from_value(status).ok()))
}

/// Gives somebody who is held another role.
pub fn set_role(tx: &mut Tx<'_>, id: UserId, to: UserRole) -> Result<UserRow> {
    Ok(diesel::update(users::table.find(id))
        .set((users::role.eq(to), users::version.eq(users::version + 1)))
        .returning(UserRow::as_returning())
        .get_result(tx.conn())?)
}

/// Deletes somebody, if they are as they were read where that is said; whether they were.
pub fn remove(
    tx: &mut Tx<'_>,
    (id, version): (UserId, Option<i32>),
    now: DateTime<Utc>,
) -> Result<bool> {
    let mut living = diesel::update(users::table.find(id))
        .set((
            users::deleted_at.eq(now),
            users::version.eq(users::version + 1),
        ))
        .into_boxed();
    living = living.filter(users::deleted_at.is_null());
    if let Some(version) = version {
        living = living.filter(users::version.eq(version));
    }
    Ok(living.execute(tx.conn())? == 1)
}

/// Takes a deletion back, unless somebody else has the address by now.
pub fn restore(tx: &mut Tx<'_>, id: UserId) -> Result<UserRow> {
    diesel::update(users::table.find(id))
        .set((
            users::deleted_at.eq(None::<DateTime<Utc>>),
            users::version.eq(users::version + 1),
        ))
        .returning(UserRow::as_returning())
        .get_result(tx.conn())
        .map_err(|error| match Error::broke(&error) {
            Some("users_email_hash_key") => Error::because(
                ProblemCode::Conflict,
                "Somebody else uses this address by now. Give them another one first.",
            ),
            _ => clash(error),
        })
}

/// Leaves nothing of a person but the row that the books point to.
pub fn erase(tx: &mut Tx<'_>, id: UserId, (blank, password_hash): (&Sealed, &str)) -> Result<()> {
    diesel::update(users::table.find(id))
        .set((
            blank,
            users::password_hash.eq(password_hash),
            users::session_epoch.eq(users::session_epoch + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Notes that somebody was erased, and so is deleted.
pub fn mark_erased(tx: &mut Tx<'_>, id: UserId, now: DateTime<Utc>) -> Result<UserRow> {
    let row = diesel::update(users::table.find(id)).set((
        users::deleted_at.eq(coalesce(users::deleted_at, now)),
        users::erased_at.eq(now),
        users::version.eq(users::version + 1),
    ));
    Ok(row
        .returning(UserRow::as_returning())
        .get_result(tx.conn())?)
}

diesel::define_sql_function! {
    /// The first time, or else the second.
    fn coalesce(first: Nullable<diesel::sql_types::Timestamptz>, second: diesel::sql_types::Timestamptz) -> Nullable<diesel::sql_types::Timestamptz>;
}

/// Whether anybody else is an active super administrator. Asked one after the other: of two who would leave the house
/// without one, the second hears of the first.
pub fn has_other_super_admin(tx: &mut Tx<'_>, id: UserId) -> Result<bool> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('users.super_admin'), 0)")
        .execute(tx.conn())?;
    let others = users::table
        .filter(users::role.eq(UserRole::SuperAdmin))
        .filter(users::status.eq(UserStatus::Active))
        .filter(users::deleted_at.is_null())
        .filter(users::id.ne(id));
    Ok(diesel::select(diesel::dsl::exists(others)).get_result(tx.conn())?)
}

/// What keeps somebody from leaving.
#[derive(QueryableByName)]
pub struct Ties {
    /** The numbers of their open orders, if any. */
    #[diesel(sql_type = Nullable<Text>)]
    pub open_orders: Option<String>,
    /** Whether money of theirs is under way, or rests with us for nothing. */
    #[diesel(sql_type = Bool)]
    pub has_money_in_flight: bool,
}

/// Orders that are not at their end; payments that may still come in, refunds that have not gone out, disputes that
/// are not decided, and money for what was never delivered.
const TIES: &str = "SELECT \
    (SELECT string_agg(order_number, ', ' ORDER BY created_at) FROM orders \
      WHERE user_id = $1 AND status NOT IN ('fulfilled', 'failed', 'cancelled')) AS open_orders, \
    EXISTS (SELECT FROM transactions t LEFT JOIN orders o ON o.id = t.order_id WHERE t.user_id = $1 AND (\
        t.status = 'pending' \
        OR (t.status = 'completed' AND o.status IN ('failed', 'cancelled') AND t.refunded_amount < t.total_amount) \
        OR t.dispute_state NOT IN ('won', 'lost') \
        OR EXISTS (SELECT FROM refunds r WHERE r.transaction_id = t.id AND r.status = 'pending'))) AS has_money_in_flight";

/// What keeps somebody from leaving at this moment. They are held, so nobody can sell to them meanwhile.
pub fn ties(conn: &mut Conn, id: UserId) -> Result<Ties> {
    Ok(diesel::sql_query(TIES)
        .bind::<SqlUuid, _>(id.0)
        .get_result(conn)?)
}
