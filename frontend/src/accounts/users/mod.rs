//! Users: customers and staff.

mod actions;
mod detail;
mod form;
mod list;
mod related;
mod timeline;

use kit::{
    Screen, session,
    ui::{Tone, Value},
};
use wire::{
    Permission,
    accounts::users::{KycStatus, User, UserRole, UserStatus},
};

/// The screens of users.
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

/// Returns the status badge of a user: erased, archived, or the account status.
fn status(user: &User) -> (&'static str, Tone) {
    let tone = match user.status {
        _ if user.erased_at.is_some() => return ("erased", Tone::Neutral),
        _ if user.deleted_at.is_some() => return ("archived", Tone::Neutral),
        UserStatus::Active => Tone::Good,
        UserStatus::Inactive => Tone::Neutral,
        UserStatus::Suspended => Tone::Waiting,
        UserStatus::Banned => Tone::Bad,
    };
    (user.status.as_str(), tone)
}

/// Returns the KYC status of a customer. Staff have none.
fn kyc(user: &User) -> Value {
    let tone = match user.kyc_status {
        _ if user.role.is_staff() => return Value::absent(),
        KycStatus::Pending => Tone::Neutral,
        KycStatus::Verified => Tone::Good,
        KycStatus::Rejected => Tone::Bad,
    };
    Value::state(user.kyc_status.as_str(), tone)
}

/// Returns true if the current user is a super administrator.
fn is_super_admin() -> bool {
    session::user().is_some_and(|me| me.role == UserRole::SuperAdmin)
}

/// Returns true if the current user may edit this user. Only super administrators edit staff. Archived users cannot be edited.
fn is_editable(user: &User) -> bool {
    user.deleted_at.is_none() && (!user.role.is_staff() || is_super_admin())
}

/// Returns true if the current user may act on this user. Only super administrators act on staff, and no user acts on
/// their own account.
fn is_manageable(user: &User) -> bool {
    (!user.role.is_staff() || is_super_admin()) && session::user().is_none_or(|me| me.id != user.id)
}
