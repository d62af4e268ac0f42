//! Customers and staff.

mod acts;
mod belongings;
mod detail;
mod form;
mod list;
mod timeline;

use kit::{
    Screen, session,
    ui::{Tone, Value},
};
use wire::{
    Permission,
    accounts::users::{KycStatus, User, UserRole, UserStatus},
};

/// The screens of people.
pub const SCREENS: &[Screen] = &[
    Screen {
        path: "/accounts/users",
        title: "Users",
        needs: Permission::UsersRead,
        view: |_| Some(list::screen()),
    },
    Screen {
        path: "/accounts/users/new",
        title: "New user",
        needs: Permission::UsersCreate,
        view: |_| Some(form::new()),
    },
    Screen {
        path: "/accounts/users/{id}",
        title: "User",
        needs: Permission::UsersRead,
        view: |at| Some(detail::screen(at.id()?)),
    },
    Screen {
        path: "/accounts/users/{id}/edit",
        title: "Edit",
        needs: Permission::UsersWrite,
        view: |at| Some(form::edit(at.id()?)),
    },
];

/// Whether they may use the system, and whether they are still there.
fn status(user: &User) -> (&'static str, Tone) {
    let tone = match user.status {
        _ if user.erased_at.is_some() => return ("erased", Tone::Neutral),
        _ if user.deleted_at.is_some() => return ("deleted", Tone::Neutral),
        UserStatus::Active => Tone::Good,
        UserStatus::Inactive => Tone::Neutral,
        UserStatus::Suspended => Tone::Waiting,
        UserStatus::Banned => Tone::Bad,
    };
    (user.status.as_str(), tone)
}

/// How far a customer's identity is proven; nobody asks that of the staff.
fn kyc(user: &User) -> Value {
    let tone = match user.kyc_status {
        _ if user.role.is_staff() => return Value::absent(),
        KycStatus::Pending => Tone::Neutral,
        KycStatus::Verified => Tone::Good,
        KycStatus::Rejected => Tone::Bad,
    };
    Value::state(user.kyc_status.as_str(), tone)
}

/// Whether whoever is signed in is a super administrator.
fn is_chief() -> bool {
    session::user().is_some_and(|me| me.role == UserRole::SuperAdmin)
}

/// Whether whoever is signed in may edit them: staff are for super administrators, and the deleted for nobody.
fn is_editable(user: &User) -> bool {
    user.deleted_at.is_none() && (!user.role.is_staff() || is_chief())
}

/// Whether whoever is signed in may decide about them: the same, but never about oneself.
fn is_other(user: &User) -> bool {
    (!user.role.is_staff() || is_chief()) && session::user().is_none_or(|me| me.id != user.id)
}
