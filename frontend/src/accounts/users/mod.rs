//! Customers and staff.

mod detail;
mod form;
mod list;

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
        title: "New customer",
        needs: Permission::UsersWrite,
        view: |_| Some(form::screen(None)),
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
        view: |at| Some(form::screen(Some(at.id()?))),
    },
];

/// Whether they may use the system.
fn status(user: &User) -> (&'static str, Tone) {
    let tone = match user.status {
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

/// Whether whoever is signed in may edit them: staff are for super administrators.
fn is_editable(user: &User) -> bool {
    !user.role.is_staff() || session::user().is_some_and(|me| me.role == UserRole::SuperAdmin)
}
