//! What can be done with a person.

use super::is_other;
use kit::{
    api::{self, Call, Fault},
    page::{Act, act_for},
    ui::{Icon, dialog::Reason},
};
use wire::{
    Permission, Resource,
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
        .asks("They are signed out everywhere at once and cannot sign in until somebody activates the account. Open orders go on.")
        .undo(let_in)
        .icon(Icon::Ban)
        .danger()
}

/// Keeps them out for good.
pub fn ban() -> Act<User> {
    status("Ban", "banned", Reason::Required, "ban", UserStatus::Banned)
        .asks("They are signed out everywhere at once, for good. API clients that they have made go on: revoke those by themselves.")
        .undo(let_in)
        .icon(Icon::Lock)
        .danger()
}

/// Puts the account to rest.
pub fn deactivate() -> Act<User> {
    status("Deactivate", "deactivated", Reason::Optional, "deactivate", UserStatus::Inactive)
        .asks("The account rests: they are signed out everywhere and cannot sign in until somebody activates it.")
        .undo(let_in)
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
    .at_once(verb)
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
    .asks("It holds from their next click on. Whoever may do less from now on has to sign in anew.")
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
    .asks("They are who they were, and can sign in again with the same address, unless somebody else has it by now.")
    .when(|user| user.deleted_at.is_some() && user.erased_at.is_none())
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

/// Erases them.
pub fn erase() -> Act<User> {
    act_for("Erase", "erased", Permission::UsersErase, Reason::Required, |user: User, reason| async move {
        api::act(&user, "erase", &Because { reason }).await
    })
    .titled(|user| format!("Erase {} for good?", user.full_name()))
    .asks("Name, address, number, documents, messages and sessions are gone, and nobody can bring them back. Orders and payments stay in the books without a name.")
    .typed(|user| user.email.clone())
    .icon(Icon::TriangleAlert)
    .when(|user| user.erased_at.is_none() && is_other(user))
    .danger()
}

async fn let_in(user: User) -> Result<(), Fault> {
    api::act(&user, "activate", &Remark::default()).await
}

fn at(user: &User, verb: &str) -> String {
    format!("{}/{}/{verb}", User::PATH, user.id)
}

fn remark(reason: String) -> Remark {
    Remark {
        reason: Some(reason).filter(|reason| !reason.is_empty()),
    }
}
