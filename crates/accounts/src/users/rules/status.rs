//! Changes of a user's status and role, deletion and restoration. Each change that blocks a user ends the user's sessions.

use super::{open, open_for, visibility};
use crate::{
    api_clients, sessions,
    users::query::{self, Deleted, UserRow},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, AuditEvent},
};
use serde_json::json;
use uuid::Uuid;
use wire::{
    ApiClientId, BulkRequest, Permission, ProblemCode, UserId,
    accounts::users::{BlockedUser, BulkUserAction, NewRole, User, UserRole, UserStatus},
    system::audit::AuditAction,
};

/// Sets the status of a user. Every status but active ends the user's sessions. API clients that the user created keep
/// working, because shops depend on them: the audit entry names them, so that an administrator can revoke them.
pub fn set_status(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: UserId,
    to: UserStatus,
    reason: Option<&str>,
) -> Result<User> {
    let row = lock_for_change(tx, actor, id, Deleted::Exclude)?;
    if !row.status.can_become(to) {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            format!("The account is {} and cannot become {to}.", row.status),
        ));
    }
    if to != UserStatus::Active {
        end_sessions(tx, &row, to.as_str())?;
    }
    let (before, row) = (row.status, query::set_status(tx, id, to)?);
    let action = match to {
        UserStatus::Active => AuditAction::UserActivate,
        UserStatus::Inactive => AuditAction::UserDeactivate,
        UserStatus::Suspended => AuditAction::UserSuspend,
        UserStatus::Banned => AuditAction::UserBan,
    };
    let mut change = json!({ "status": { "before": before, "after": to } });
    let clients = clients_to_report(tx.conn(), &row)?;
    if let Some(fields) = change.as_object_mut().filter(|_| !clients.is_empty()) {
        fields.insert("api_clients".to_owned(), json!(clients));
    }
    let event = AuditEvent::new(action, id)
        .with_change(change)
        .with_reason(reason);
    audit::record(tx, actor, event)?;
    open_for(tx.conn(), actor, &row)
}

/// Undoes the last change of a user's status by restoring the status before it. `version` is the user's version after that
/// change; the undo fails as stale when the user has changed since.
pub fn undo_status(tx: &mut Tx<'_>, actor: &Actor, id: UserId, version: i32) -> Result<User> {
    let row = lock_for_change(tx, actor, id, Deleted::Exclude)?;
    if row.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let Some(change) =
        query::last_status_change(tx.conn(), id)?.filter(|change| change.after == row.status)
    else {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "There is no status change to undo.",
        ));
    };
    if change.before != UserStatus::Active {
        end_sessions(tx, &row, change.before.as_str())?;
    }
    let row = query::set_status(tx, id, change.before)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::UserUndoStatus, id)
            .with_change(json!({ "status": { "before": change.after, "after": change.before } })),
    )?;
    open_for(tx.conn(), actor, &row)
}

/// Suspends or bans a user, and returns the API clients that the user created and that can still call.
pub fn block(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: UserId,
    to: UserStatus,
    reason: Option<&str>,
) -> Result<BlockedUser> {
    let user = set_status(tx, actor, id, to, reason)?;
    let api_clients = api_clients::created_by(tx.conn(), id)?;
    Ok(BlockedUser { user, api_clients })
}

/// Returns the API clients that a user who is not active staff has created: the user knows their keys.
fn clients_to_report(conn: &mut Conn, row: &UserRow) -> Result<Vec<ApiClientId>> {
    if row.status == UserStatus::Active && row.role.is_staff() && row.deleted_at.is_none() {
        return Ok(Vec::new());
    }
    let clients = api_clients::created_by(conn, row.id)?;
    Ok(clients.iter().map(|client| client.id).collect())
}

/// Changes the role of a user and ends the user's sessions: a session must not keep permissions that the user has lost, and a
/// role with more permissions may require a second factor.
pub fn change_role(tx: &mut Tx<'_>, actor: &Actor, id: UserId, new: &NewRole) -> Result<User> {
    let row = lock_for_change(tx, actor, id, Deleted::Exclude)?;
    if row.role == new.role {
        return open_for(tx.conn(), actor, &row);
    }
    if new.role.is_staff() && row.client_id.is_some() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "A customer of an API client cannot become a staff member.",
        ));
    }
    end_sessions(tx, &row, "role")?;
    let (before, row) = (row.role, query::set_role(tx, id, new.role)?);
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::UserChangeRole, id)
            .with_change(json!({ "role": { "before": before, "after": new.role } }))
            .with_reason(new.reason.as_deref()),
    )?;
    open_for(tx.conn(), actor, &row)
}

/// Deletes a user without open orders or payments. Past orders stay and keep the user's name.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: UserId,
    version: Option<i32>,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = lock_for_change(tx, actor, id, Deleted::Exclude)?;
    if version.is_some_and(|version| version != row.version) {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    ensure_no_obligations(tx, id)?;
    end_sessions(tx, &row, "deleted")?;
    if !query::remove(tx, id, version, now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::UserDelete, id).with_reason(reason),
    )
}

/// Restores a deleted user with the former role and status. The user must sign in again.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: UserId, reason: Option<&str>) -> Result<User> {
    let row = lock_for_change(tx, actor, id, Deleted::Include)?;
    let wrong = |why: &str| Err(Error::with_detail(ProblemCode::WrongState, why));
    if row.erased_at.is_some() {
        return wrong(
            "The personal data of this account was erased permanently. The account cannot be restored.",
        );
    }
    if row.deleted_at.is_none() {
        return wrong("This account is not deleted.");
    }
    let row = query::restore(tx, id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::UserRestore, id).with_reason(reason),
    )?;
    open(tx.conn(), &actor.keys, &row, false)
}

/// Checks that the actor may run a bulk action and that a required reason is given.
pub fn authorize_bulk(actor: &Actor, bulk: &BulkRequest<BulkUserAction>) -> Result<()> {
    let deletes = matches!(
        bulk.action,
        BulkUserAction::Delete | BulkUserAction::Restore
    );
    if deletes && !actor.can(Permission::UsersDelete) {
        return Err(Error::refuse(ProblemCode::Forbidden));
    }
    let has_no_reason = bulk
        .reason
        .as_deref()
        .is_none_or(|reason| reason.trim().is_empty());
    if bulk.action.needs_reason() && has_no_reason {
        return Err(Error::field("reason", "required", "Enter a reason."));
    }
    Ok(())
}

/// Applies a bulk action to one user. Bulk actions reject staff: one wrong selection must not lock a team out.
pub fn apply_bulk(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: Uuid,
    bulk: &BulkRequest<BulkUserAction>,
    now: DateTime<Utc>,
) -> Result<()> {
    let (id, reason) = (UserId(id), bulk.reason.as_deref());
    if lock_for_change(tx, actor, id, Deleted::Include)?
        .role
        .is_staff()
    {
        return Err(Error::with_detail(
            ProblemCode::Forbidden,
            "Bulk actions do not apply to staff. Open the page of the staff member instead.",
        ));
    }
    let to = match bulk.action {
        BulkUserAction::Delete => return remove(tx, actor, id, None, reason, now),
        BulkUserAction::Restore => return restore(tx, actor, id, reason).map(drop),
        BulkUserAction::Activate => UserStatus::Active,
        BulkUserAction::Deactivate => UserStatus::Inactive,
        BulkUserAction::Suspend => UserStatus::Suspended,
        BulkUserAction::Ban => UserStatus::Banned,
    };
    set_status(tx, actor, id, to, reason).map(drop)
}

/// Locks a user that the actor sees and may change, until the end of the transaction. Fails for the actor's own account.
pub fn lock_for_change(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: UserId,
    deleted: Deleted,
) -> Result<UserRow> {
    query::find(tx.conn(), id, visibility(actor), deleted)?;
    let row = query::lock(tx, id)?;
    if deleted == Deleted::Exclude && row.deleted_at.is_some() {
        return Err(Error::not_found());
    }
    super::may_edit(actor, row.role)?;
    if actor.id == Some(id) {
        return Err(Error::with_detail(
            ProblemCode::Forbidden,
            "You cannot do this to your own account. Ask another administrator.",
        ));
    }
    Ok(row)
}

/// Ends every session of a locked user. Fails for the last active super administrator.
pub fn end_sessions(tx: &mut Tx<'_>, row: &UserRow, why: &str) -> Result<()> {
    let is_active_super_admin = row.role == UserRole::SuperAdmin
        && row.status == UserStatus::Active
        && row.deleted_at.is_none();
    if is_active_super_admin && !query::has_other_super_admin(tx, row.id)? {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "This is the last active super administrator. Give another user this role first.",
        ));
    }
    sessions::end_all(tx, row.id, why).map(drop)
}

/// Fails when a user has an open order, payment, refund or dispute.
pub fn ensure_no_obligations(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    let obligations = query::obligations(tx.conn(), id)?;
    let why = match (obligations.open_orders, obligations.has_open_payment) {
        (Some(orders), _) => format!("Open orders: {orders}. Complete or cancel them first."),
        (None, true) => {
            "A payment, refund or dispute of this customer is open. Resolve it first.".to_owned()
        }
        (None, false) => return Ok(()),
    };
    Err(Error::with_detail(ProblemCode::WrongState, why))
}
