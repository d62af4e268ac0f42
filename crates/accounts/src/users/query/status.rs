//! SQL of a user's status, role and deletion.

use super::{Sealed, UserRow, email_conflict};
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
    system::audit::AuditAction,
};

/// Sets the status of a locked user.
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
    const ACTIONS: [AuditAction; 5] = [
        AuditAction::UserActivate,
        AuditAction::UserDeactivate,
        AuditAction::UserSuspend,
        AuditAction::UserBan,
        AuditAction::UserUndoStatus,
    ];
    let change: Option<Option<serde_json::Value>> = audit_log::table
        .filter(audit_log::subject_type.eq("user"))
        .filter(audit_log::subject_id.eq(id.0))
        .filter(audit_log::action.eq_any(ACTIONS.map(AuditAction::as_str)))
        .order((audit_log::created_at.desc(), audit_log::id.desc()))
        .select(audit_log::change)
        .first(conn)
        .optional()?;
    let status = change
        .flatten()
        .and_then(|change| change.get("status").cloned());
    Ok(status.and_then(|status| serde_json::from_value(status).ok()))
}

/// Sets the role of a locked user.
pub fn set_role(tx: &mut Tx<'_>, id: UserId, to: UserRole) -> Result<UserRow> {
    Ok(diesel::update(users::table.find(id))
        .set((users::role.eq(to), users::version.eq(users::version + 1)))
        .returning(UserRow::as_returning())
        .get_result(tx.conn())?)
}

/// Deletes a user; returns false when the user is deleted already or does not have the given version.
pub fn remove(
    tx: &mut Tx<'_>,
    id: UserId,
    version: Option<i32>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let mut update = diesel::update(users::table.find(id))
        .set((
            users::deleted_at.eq(now),
            users::version.eq(users::version + 1),
        ))
        .into_boxed();
    update = update.filter(users::deleted_at.is_null());
    if let Some(version) = version {
        update = update.filter(users::version.eq(version));
    }
    Ok(update.execute(tx.conn())? == 1)
}

/// Restores a deleted user; fails when another account has the email address by now.
pub fn restore(tx: &mut Tx<'_>, id: UserId) -> Result<UserRow> {
    diesel::update(users::table.find(id))
        .set((
            users::deleted_at.eq(None::<DateTime<Utc>>),
            users::version.eq(users::version + 1),
        ))
        .returning(UserRow::as_returning())
        .get_result(tx.conn())
        .map_err(|error| match Error::violated_constraint(&error) {
            Some("users_email_hash_key") => Error::with_detail(
                ProblemCode::Conflict,
                "Another account uses this email address now. Change the address of that account first.",
            ),
            _ => email_conflict(error),
        })
}

/// Overwrites the personal data of a user. The row stays, because orders and payments refer to it.
pub fn erase(tx: &mut Tx<'_>, id: UserId, erased: &Sealed, password_hash: &str) -> Result<()> {
    diesel::update(users::table.find(id))
        .set((
            erased,
            users::password_hash.eq(password_hash),
            users::session_epoch.eq(users::session_epoch + 1),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Marks a user as erased and deleted.
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
    /// Returns the first time, or the second when the first is null.
    fn coalesce(first: Nullable<diesel::sql_types::Timestamptz>, second: diesel::sql_types::Timestamptz) -> Nullable<diesel::sql_types::Timestamptz>;
}

/// Returns whether another active super administrator exists. A lock makes concurrent transactions wait, so that two of them
/// cannot remove the last two super administrators.
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

/// What prevents the deletion of a user.
#[derive(QueryableByName)]
pub struct Obligations {
    /// The numbers of the user's open orders, if any.
    #[diesel(sql_type = Nullable<Text>)]
    pub open_orders: Option<String>,
    /// Whether a payment, refund or dispute is open, or a payment has neither a delivery nor a refund.
    #[diesel(sql_type = Bool)]
    pub has_open_payment: bool,
}

/// Open orders; pending payments and refunds, undecided disputes, and payments for failed or cancelled orders that are not
/// refunded in full.
const OBLIGATIONS: &str = "SELECT \
    (SELECT string_agg(order_number, ', ' ORDER BY created_at) FROM orders \
      WHERE user_id = $1 AND status NOT IN ('fulfilled', 'failed', 'cancelled')) AS open_orders, \
    EXISTS (SELECT FROM transactions t LEFT JOIN orders o ON o.id = t.order_id WHERE t.user_id = $1 AND (\
        t.status = 'pending' \
        OR (t.status = 'completed' AND o.status IN ('failed', 'cancelled') AND t.refunded_amount < t.total_amount) \
        OR t.dispute_state NOT IN ('won', 'lost') \
        OR EXISTS (SELECT FROM refunds r WHERE r.transaction_id = t.id AND r.status = 'pending'))) AS has_open_payment";

/// Returns what prevents the deletion of a locked user. The lock keeps new orders out until the end of the transaction.
pub fn obligations(conn: &mut Conn, id: UserId) -> Result<Obligations> {
    Ok(diesel::sql_query(OBLIGATIONS)
        .bind::<SqlUuid, _>(id.0)
        .get_result(conn)?)
}
