//! The actions on a user.

use super::is_manageable;
use kit::{
    api::{self, ApiError, Call},
    format::{moment, zone},
    page::{Action, LeftOut, action, action_with_reason},
    session,
    ui::{Icon, OneTimeSecret, dialog::Reason, show_one_time_secret},
};
use wire::{
    Permission, Resource,
    accounts::sessions::InvitationLink,
    accounts::users::{NewRole, OptionalReason, RequiredReason, User, UserStatus},
};

/// Returns the bulk actions of the list of users.
pub fn bulk_actions() -> [Action<User>; 6] {
    [
        activate(),
        deactivate(),
        suspend(),
        ban(),
        archive(),
        restore(),
    ]
}

/// Activates the account, so that the user can sign in again.
pub fn activate() -> Action<User> {
    status(
        "Activate",
        "activated",
        Reason::Optional,
        "activate",
        UserStatus::Active,
    )
    .asks("The user can sign in again. Earlier sessions stay signed out.")
    .icon(Icon::CircleCheck)
}

/// Suspends the account until it is activated again.
pub fn suspend() -> Action<User> {
    status("Suspend", "suspended", Reason::Required, "suspend", UserStatus::Suspended)
        .asks("The user is signed out now and cannot sign in until the account is activated again. Open orders continue.")
        .undo(undo_status)
        .icon(Icon::Ban)
        .danger()
}

/// Bans the account until it is unbanned.
pub fn ban() -> Action<User> {
    status("Ban", "banned", Reason::Required, "ban", UserStatus::Banned)
        .asks("Signed out now and blocked until unbanned. API clients that the user created keep working: revoke them separately.")
        .undo(undo_status)
        .icon(Icon::Lock)
        .danger()
}

/// Deactivates the account.
pub fn deactivate() -> Action<User> {
    status(
        "Deactivate",
        "deactivated",
        Reason::Optional,
        "deactivate",
        UserStatus::Inactive,
    )
    .asks("The user is signed out now and cannot sign in until the account is activated again.")
    .undo(undo_status)
    .icon(Icon::Moon)
}

fn status(
    label: &'static str,
    done: &'static str,
    reason: Reason,
    verb: &'static str,
    to: UserStatus,
) -> Action<User> {
    action_with_reason(
        label,
        done,
        Permission::UsersStatus,
        reason,
        move |user: User, reason| async move {
            api::post_action(&user, verb, &optional_reason(reason)).await
        },
    )
    .when(move |user| {
        user.deleted_at.is_none() && user.status.can_become(to) && is_manageable(user)
    })
    .leaves_out(move |user| left_out(user).or_else(|| stays(user, to)))
    .bulk_request(verb)
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

/// Returns why a user keeps their status: they are archived, have it already, or cannot change to it.
fn stays(user: &User, to: UserStatus) -> Option<LeftOut> {
    let (is_deleted, changes) = (user.deleted_at.is_some(), user.status.can_become(to));
    match (is_deleted, user.status == to, changes) {
        (true, ..) => Some(LeftOut {
            one: "one archived user",
            many: "archived users",
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

/// Changes the role of the user.
pub fn change_role() -> Action<User> {
    const ROLES: &[(&str, &str)] = &[
        ("customer", "Customer"),
        (
            "support",
            "Support: helps customers, personal data is masked",
        ),
        ("admin", "Admin: everything except roles, keys and erasure"),
        ("super_admin", "Super admin: everything"),
    ];
    action_with_reason(
        "Change role",
        "has a new role",
        Permission::UsersRoles,
        Reason::OneOf("Role", ROLES),
        |user: User, role| async move {
            let Ok(role) = wire::Param::parse(&role) else {
                return Ok(());
            };
            let new = NewRole { role, reason: None };
            api::send(Call::put(action_path(&user, "role")).json(&new))
                .await
                .map(drop)
        },
    )
    .titled(|user| format!("Change the role of {}?", user.full_name()))
    .selected(|user| user.role.as_str().to_owned())
    .asks("The new role applies from the next request. A user who loses permissions has to sign in again.")
    .when(|user| user.deleted_at.is_none() && is_manageable(user))
    .icon(Icon::KeyRound)
}

/// Archives the user (a soft delete on the server).
pub fn archive() -> Action<User> {
    action_with_reason("Archive", "archived", Permission::UsersDelete, Reason::Optional, |user: User, reason| async move {
        let call = Call::delete(format!("{}/{}", User::PATH, user.id)).if_version(user.version);
        api::send(call.json(&optional_reason(reason))).await.map(drop)
    })
    .asks("The user disappears from all lists and cannot sign in. Orders keep the name. An administrator can restore the user.")
    .when(|user| user.deleted_at.is_none() && is_manageable(user))
    .leaves_out(left_out)
    .bulk_request("delete")
    .undo(|user: User| async move { api::restore(&user).await })
    .icon(Icon::Trash2)
    .danger()
}

/// Restores an archived user.
pub fn restore() -> Action<User> {
    action_with_reason("Restore", "restored", Permission::UsersDelete, Reason::Optional, |user: User, reason| async move {
        api::post_action(&user, "restore", &optional_reason(reason)).await
    })
    .asks("The account is restored, and the user can sign in again with the same address, unless another account uses it now.")
    .when(|user| user.deleted_at.is_some() && user.erased_at.is_none())
    .leaves_out(left_out)
    .bulk_request("restore")
    .icon(Icon::RotateCcw)
}

/// Downloads all data that is stored about the user.
pub fn export() -> Action<User> {
    action_with_reason(
        "Export data",
        "exported",
        Permission::UsersExport,
        Reason::Optional,
        |user: User, reason| async move {
            let name = format!("user-{}.json", user.id);
            api::fetch(
                Call::post(action_path(&user, "export")).json(&optional_reason(reason)),
                &name,
            )
            .await
        },
    )
    .titled(|user| format!("Export all data about {}?", user.full_name()))
    .asks("The file contains every record of the user in plain text. The export is logged.")
    .when(is_manageable)
    .icon(Icon::Download)
}

/// Shows a link for setting a password, for a new user when no e-mail can be sent.
pub fn invitation_link() -> Action<User> {
    action(
        "Copy invitation link",
        "has a new invitation link",
        Permission::UsersRoles,
        |user: User| async move {
            let call = Call::post(action_path(&user, "invitation-link"));
            let link: InvitationLink = api::send(call).await?.json().await?;
            show_one_time_secret(OneTimeSecret {
                title: format!("Invitation link for {}", user.full_name()),
                text: format!(
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
    .when(|user| user.deleted_at.is_none() && user.last_login.is_none() && is_manageable(user))
    .icon(Icon::Copy)
}

/// Erases the personal data of the user. This cannot be undone.
pub fn erase() -> Action<User> {
    action_with_reason("Erase personal data", "erased", Permission::UsersErase, Reason::Required, |user: User, reason| async move {
        api::post_action(&user, "erase", &RequiredReason { reason }).await
    })
    .titled(|user| format!("Erase the personal data of {}?", user.full_name()))
    .asks("Name, e-mail address, phone number, documents, messages and sessions are erased and cannot be restored. Orders and payments stay in the books without a name.")
    .typed(|user| user.email.clone())
    .icon(Icon::TriangleAlert)
    .when(|user| user.erased_at.is_none() && is_manageable(user))
    .danger()
}

/// Undoes a change of the status: the server restores the previous status, unless the user has changed since. Every change
/// increments the version by one, so the change to undo made the next version.
async fn undo_status(user: User) -> Result<(), ApiError> {
    let call =
        Call::post(action_path(&user, "undo-status")).if_version(user.version.saturating_add(1));
    api::send(call).await.map(drop)
}

fn action_path(user: &User, verb: &str) -> String {
    format!("{}/{}/{verb}", User::PATH, user.id)
}

fn optional_reason(reason: String) -> OptionalReason {
    OptionalReason {
        reason: Some(reason).filter(|reason| !reason.is_empty()),
    }
}
