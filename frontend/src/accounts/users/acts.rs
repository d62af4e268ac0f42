//! What can be done with a person.

use super::is_other;
use kit::{
    api::{self, Call, Fault},
    format::{moment, zone},
    page::{Act, LeftOut, act, act_for},
    session,
    ui::{Icon, Once, dialog::Reason, show_once},
};
use wire::{
    Permission, Resource,
    accounts::sessions::InvitationLink,
    accounts::users::{Because, NewRole, Remark, User, UserStatus},
};

/// What can be done with many at once.
pub fn at_once() -> [Act<User>; 6] {
    [
        activate(),
        deactivate(),
        suspend(),
        ban(),
        delete(),
        restore(),
    ]
}

/// Lets them in again.
pub fn activate() -> Act<User> {
    status(
        "Activate",
        "activated",
        Reason::Optional,
        "activate",
        UserStatus::Active,
    )
    .asks("They can sign in again. What they had open before stays closed.")
    .icon(Icon::CircleCheck)
}

/// Keeps them out for a while.
pub fn suspend() -> Act<User> {
    status("Suspend", "suspended", Reason::Required, "suspend", UserStatus::Suspended)
        .asks("They are signed out now and cannot sign in until the account is activated again. Open orders continue.")
        .undo(undo_status)
        .icon(Icon::Ban)
        .danger()
}

/// Keeps them out for good.
pub fn ban() -> Act<User> {
    status("Ban", "banned", Reason::Required, "ban", UserStatus::Banned)
        .asks("Signed out now and blocked until unbanned. API clients that they created keep working: revoke them separately.")
        .undo(undo_status)
        .icon(Icon::Lock)
        .danger()
}

/// Puts the account to rest.
pub fn deactivate() -> Act<User> {
    status(
        "Deactivate",
        "deactivated",
        Reason::Optional,
        "deactivate",
        UserStatus::Inactive,
    )
    .asks("They are signed out now and cannot sign in until the account is activated again.")
    .undo(undo_status)
    .icon(Icon::Moon)
}

fn status(
    label: &'static str,
    done: &'static str,
    reason: Reason,
    verb: &'static str,
    to: UserStatus,
) -> Act<User> {
    act_for(
        label,
        done,
        Permission::UsersStatus,
        reason,
        move |user: User, reason| async move { api::act(&user, verb, &remark(reason)).await },
    )
    .when(move |user| user.deleted_at.is_none() && user.status.may_become(to) && is_other(user))
    .leaves_out(move |user| left_out(user).or_else(|| stays(user, to)))
    .at_once(verb)
}

/// Returns why a bulk action leaves a user out: it skips staff and the caller. The server enforces the same rule.
fn left_out(user: &User) -> Option<LeftOut> {
    let is_me = session::user().is_some_and(|me| me.id == user.id);
    match (is_me, user.role.is_staff()) {
        (true, _) => Some(LeftOut {
            one: "your own account",
            many: "your own accounts",
        }),
        (false, true) => Some(LeftOut {
            one: "one member of the staff",
            many: "members of the staff",
        }),
        (false, false) => None,
    }
}

/// Returns why a user keeps their status: they are deleted, have it already, or cannot change to it.
fn stays(user: &User, to: UserStatus) -> Option<LeftOut> {
    let (is_deleted, changes) = (user.deleted_at.is_some(), user.status.may_become(to));
    match (is_deleted, user.status == to, changes) {
        (true, ..) => Some(LeftOut {
            one: "one deleted user",
            many: "deleted users",
        }),
        (_, true, _) => Some(LeftOut {
            one: "one user who already has this status",
            many: "users who already have this status",
        }),
        (_, _, false) => Some(LeftOut {
            one: "one user whose status does not allow it",
            many: "users whose status does not allow it",
        }),
        _ => None,
    }
}

/// Gives them another role.
pub fn appoint() -> Act<User> {
    const ROLES: &[(&str, &str)] = &[
        ("customer", "Customer"),
        ("support", "Support: helps customers, sees them masked"),
        ("admin", "Admin: everything but roles, keys and erasure"),
        ("super_admin", "Super admin: everything"),
    ];
    act_for(
        "Change role",
        "has the role",
        Permission::UsersRoles,
        Reason::OneOf("Role", ROLES),
        |user: User, role| async move {
            let Ok(role) = wire::Param::parse(&role) else {
                return Ok(());
            };
            let new = NewRole { role, reason: None };
            api::send(Call::put(at(&user, "role")).json(&new))
                .await
                .map(drop)
        },
    )
    .titled(|user| format!("Change the role of {}?", user.full_name()))
    .chosen(|user| user.role.as_str().to_owned())
    .asks("The new role applies from their next request. A user who loses permissions has to sign in again.")
    .when(|user| user.deleted_at.is_none() && is_other(user))
    .icon(Icon::KeyRound)
}

/// Deletes them.
pub fn delete() -> Act<User> {
    act_for("Delete", "deleted", Permission::UsersDelete, Reason::Optional, |user: User, reason| async move {
        let call = Call::delete(format!("{}/{}", User::PATH, user.id)).if_version(user.version);
        api::send(call.json(&remark(reason))).await.map(drop)
    })
    .asks("They vanish from every list and cannot sign in. What they bought stays, with their name. An administrator can restore them.")
    .when(|user| user.deleted_at.is_none() && is_other(user))
    .leaves_out(left_out)
    .at_once("delete")
    .undo(|user: User| async move { api::restore(&user).await })
    .icon(Icon::Trash2)
    .danger()
}

/// Takes a deletion back.
pub fn restore() -> Act<User> {
    act_for("Restore", "restored", Permission::UsersDelete, Reason::Optional, |user: User, reason| async move {
        api::act(&user, "restore", &remark(reason)).await
    })
    .asks("The account is as it was, and the user can sign in again with the same address, unless another account uses it now.")
    .when(|user| user.deleted_at.is_some() && user.erased_at.is_none())
    .leaves_out(left_out)
    .at_once("restore")
    .icon(Icon::RotateCcw)
}

/// Takes away everything that is kept of them.
pub fn export() -> Act<User> {
    act_for(
        "Export data",
        "exported",
        Permission::UsersExport,
        Reason::Optional,
        |user: User, reason| async move {
            let name = format!("user-{}.json", user.id);
            api::fetch(Call::post(at(&user, "export")).json(&remark(reason)), &name).await
        },
    )
    .titled(|user| format!("Export everything about {}?", user.full_name()))
    .asks(
        "One file with every row that names them, opened. That you took it is kept in the record.",
    )
    .when(is_other)
    .icon(Icon::Download)
}

/// Shows a link for setting a password, for a new user whom email cannot reach.
pub fn invitation_link() -> Act<User> {
    act(
        "Copy invitation link",
        "has a new invitation link",
        Permission::UsersRoles,
        |user: User| async move {
            let call = Call::post(at(&user, "invitation-link"));
            let link: InvitationLink = api::send(call).await?.json().await?;
            show_once(Once {
                title: format!("Invitation link for {}", user.full_name()),
                says: format!(
                    "Send it to the user yourself. Anyone who opens it can set the password. It works once, until {} ({}).",
                    moment(link.expires_at),
                    zone()
                ),
                what: "link",
                secret: link.url,
            });
            Ok(())
        },
    )
    .asks("The link is shown once. Anyone who has it can set the password of this account.")
    .when(|user| user.deleted_at.is_none() && user.last_login.is_none() && is_other(user))
    .icon(Icon::Copy)
}

/// Erases them.
pub fn erase() -> Act<User> {
    act_for("Erase personal data", "erased", Permission::UsersErase, Reason::Required, |user: User, reason| async move {
        api::act(&user, "erase", &Because { reason }).await
    })
    .titled(|user| format!("Erase {} for good?", user.full_name()))
    .asks("Name, address, number, documents, messages and sessions are erased and cannot be restored. Orders and payments stay in the books without a name.")
    .typed(|user| user.email.clone())
    .icon(Icon::TriangleAlert)
    .when(|user| user.erased_at.is_none() && is_other(user))
    .danger()
}

/// Undoes a change of the status: the server restores the previous status, unless the user has changed since. Every change
/// increments the version by one, so the change to undo made the next version.
async fn undo_status(user: User) -> Result<(), Fault> {
    let call = Call::post(at(&user, "undo-status")).if_version(user.version.saturating_add(1));
    api::send(call).await.map(drop)
}

fn at(user: &User, verb: &str) -> String {
    format!("{}/{}/{verb}", User::PATH, user.id)
}

fn remark(reason: String) -> Remark {
    Remark {
        reason: Some(reason).filter(|reason| !reason.is_empty()),
    }
}
