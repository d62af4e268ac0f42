//! How somebody stands here: active or kept out, in which role, deleted or not. Whoever is kept out is out at once.

use super::{open, open_for, seen};
use crate::{
    api_clients, sessions,
    users::query::{self, Life, UserRow},
};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Conn, Error, Result, Tx,
    audit::{self, Act},
};
use serde_json::json;
use uuid::Uuid;
use wire::{
    ApiClientId, Bulk, Permission, ProblemCode, UserId,
    accounts::users::{ClosedUser, NewRole, User, UserAct, UserRole, UserStatus},
};

/// Sets the status of a user. Every status but active ends the user's sessions. API clients that the user created keep
/// working, because shops depend on them: the audit entry names them, so that an administrator can revoke them.
pub fn move_to(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: UserId,
    (to, reason): (UserStatus, Option<&str>),
) -> Result<User> {
    let row = hold(tx, actor, (id, Life::Living))?;
    if !row.status.may_become(to) {
        return Err(Error::because(
            ProblemCode::WrongState,
            format!("The account is {}; it cannot become {to}.", row.status),
        ));
    }
    if to != UserStatus::Active {
        shut_out(tx, &row, to.as_str())?;
    }
    let (before, row) = (row.status, query::set_status(tx, id, to)?);
    let act = match to {
        UserStatus::Active => "user.activate",
        UserStatus::Inactive => "user.deactivate",
        UserStatus::Suspended => "user.suspend",
        UserStatus::Banned => "user.ban",
    };
    let mut change = json!({ "status": { "before": before, "after": to } });
    let clients = clients_of(tx.conn(), &row)?;
    if let Some(fields) = change.as_object_mut().filter(|_| !clients.is_empty()) {
        fields.insert("api_clients".to_owned(), json!(clients));
    }
    let act = Act::new(act, "user", id.0).changing(change).because(reason);
    audit::record(tx, actor, act)?;
    open_for(tx.conn(), actor, &row)
}

/// Undoes the last change of a user's status by restoring the status before it. `version` is the user's version after that
/// change; the undo is refused as stale when the user has changed since.
pub fn undo_status(tx: &mut Tx<'_>, actor: &Actor, id: UserId, version: i32) -> Result<User> {
    let row = hold(tx, actor, (id, Life::Living))?;
    if row.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let Some(change) =
        query::last_status_change(tx.conn(), id)?.filter(|change| change.after == row.status)
    else {
        return Err(Error::because(
            ProblemCode::WrongState,
            "There is no status change to undo.",
        ));
    };
    if change.before != UserStatus::Active {
        shut_out(tx, &row, change.before.as_str())?;
    }
    let row = query::set_status(tx, id, change.before)?;
    audit::record(
        tx,
        actor,
        Act::new("user.undo_status", "user", id.0)
            .changing(json!({ "status": { "before": change.after, "after": change.before } })),
    )?;
    open_for(tx.conn(), actor, &row)
}

/// Suspends or bans a user, and returns the API clients that the user created and that can still call.
pub fn block(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: UserId,
    how: (UserStatus, Option<&str>),
) -> Result<ClosedUser> {
    let user = move_to(tx, actor, id, how)?;
    let api_clients = api_clients::created_by(tx.conn(), id)?;
    Ok(ClosedUser { user, api_clients })
}

/// Returns the API clients that a user who is not active staff has created: the user knows their keys.
fn clients_of(conn: &mut Conn, row: &UserRow) -> Result<Vec<ApiClientId>> {
    if row.status == UserStatus::Active && row.role.is_staff() && row.deleted_at.is_none() {
        return Ok(Vec::new());
    }
    let clients = api_clients::created_by(conn, row.id)?;
    Ok(clients.iter().map(|client| client.id).collect())
}

/// Gives somebody another role. They sign in anew: whoever may do less is not to go on, and whoever may do more may
/// need a second factor for it.
pub fn appoint(tx: &mut Tx<'_>, actor: &Actor, id: UserId, new: &NewRole) -> Result<User> {
    let row = hold(tx, actor, (id, Life::Living))?;
    if row.role == new.role {
        return open_for(tx.conn(), actor, &row);
    }
    if new.role.is_staff() && row.client_id.is_some() {
        return Err(Error::because(
            ProblemCode::WrongState,
            "An integrator's customer cannot be a member of the staff.",
        ));
    }
    shut_out(tx, &row, "role")?;
    let (before, row) = (row.role, query::set_role(tx, id, new.role)?);
    audit::record(
        tx,
        actor,
        Act::new("user.appoint", "user", id.0)
            .changing(json!({ "role": { "before": before, "after": new.role } }))
            .because(new.reason.as_deref()),
    )?;
    open_for(tx.conn(), actor, &row)
}

/// Deletes somebody who has nothing left to wait for. What they bought stays, with their name.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (UserId, Option<i32>),
    (reason, now): (Option<&str>, DateTime<Utc>),
) -> Result<()> {
    let row = hold(tx, actor, (id, Life::Living))?;
    if version.is_some_and(|version| version != row.version) {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    untied(tx, id)?;
    shut_out(tx, &row, "deleted")?;
    if !query::remove(tx, (id, version), now)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    audit::record(
        tx,
        actor,
        Act::new("user.delete", "user", id.0).because(reason),
    )
}

/// Takes a deletion back. They are what they were, and sign in anew.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: UserId, reason: Option<&str>) -> Result<User> {
    let row = hold(tx, actor, (id, Life::Either))?;
    let wrong = |why: &str| Err(Error::because(ProblemCode::WrongState, why));
    if row.erased_at.is_some() {
        return wrong("Their data was erased for good; there is nothing left to restore.");
    }
    if row.deleted_at.is_none() {
        return wrong("They are not deleted.");
    }
    let row = query::restore(tx, id)?;
    audit::record(
        tx,
        actor,
        Act::new("user.restore", "user", id.0).because(reason),
    )?;
    open(tx.conn(), &actor.keys, &row, false)
}

/// Whether an act on many may begin: it is theirs to do, and has its reason.
pub fn ready(actor: &Actor, bulk: &Bulk<UserAct>) -> Result<()> {
    let deletes = matches!(bulk.action, UserAct::Delete | UserAct::Restore);
    if deletes && !actor.can(Permission::UsersDelete) {
        return Err(Error::refuse(ProblemCode::Forbidden));
    }
    let is_silent = bulk
        .reason
        .as_deref()
        .is_none_or(|reason| reason.trim().is_empty());
    if bulk.action.needs_reason() && is_silent {
        return Err(Error::field(
            "reason",
            "required",
            "Say why: it is kept with the record.",
        ));
    }
    Ok(())
}

/// Applies a bulk action to one user. Bulk actions refuse staff: one wrong selection must not lock a team out.
pub fn act(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, bulk): (Uuid, &Bulk<UserAct>),
    now: DateTime<Utc>,
) -> Result<()> {
    let (id, reason) = (UserId(id), bulk.reason.as_deref());
    if hold(tx, actor, (id, Life::Either))?.role.is_staff() {
        return Err(Error::because(
            ProblemCode::Forbidden,
            "Bulk actions do not apply to staff. Open the page of the staff member instead.",
        ));
    }
    let to = match bulk.action {
        UserAct::Delete => return remove(tx, actor, (id, None), (reason, now)),
        UserAct::Restore => return restore(tx, actor, id, reason).map(drop),
        UserAct::Activate => UserStatus::Active,
        UserAct::Deactivate => UserStatus::Inactive,
        UserAct::Suspend => UserStatus::Suspended,
        UserAct::Ban => UserStatus::Banned,
    };
    move_to(tx, actor, id, (to, reason)).map(drop)
}

/// Somebody else whom the actor sees and may decide about, held until the end of the transaction.
pub fn hold(tx: &mut Tx<'_>, actor: &Actor, (id, life): (UserId, Life)) -> Result<UserRow> {
    query::find(tx.conn(), id, (seen(actor), life))?;
    let row = query::lock(tx, id)?;
    if life == Life::Living && row.deleted_at.is_some() {
        return Err(Error::not_found());
    }
    super::may_edit(actor, row.role)?;
    if actor.id == Some(id) {
        return Err(Error::because(
            ProblemCode::Forbidden,
            "Nobody does this to their own account. Ask somebody else to.",
        ));
    }
    Ok(row)
}

/// Ends every session of somebody who is held, unless the house would be left without a super administrator.
pub fn shut_out(tx: &mut Tx<'_>, row: &UserRow, why: &str) -> Result<()> {
    let is_in_charge = row.role == UserRole::SuperAdmin
        && row.status == UserStatus::Active
        && row.deleted_at.is_none();
    if is_in_charge && !query::has_other_super_admin(tx, row.id)? {
        return Err(Error::because(
            ProblemCode::WrongState,
            "This is the last active super administrator. Make somebody else one first.",
        ));
    }
    sessions::end_all(tx, row.id, why).map(drop)
}

/// Whether nothing of theirs is under way: no open order, no money.
pub fn untied(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    let ties = query::ties(tx.conn(), id)?;
    let why = match (ties.open_orders, ties.has_money_in_flight) {
        (Some(orders), _) => format!("Still open: {orders}. Finish or cancel that first."),
        (None, true) => {
            "Money of theirs is under way: a payment, a refund or a dispute. Settle that first."
                .to_owned()
        }
        (None, false) => return Ok(()),
    };
    Err(Error::because(ProblemCode::WrongState, why))
}
