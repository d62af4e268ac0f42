//! People and how they sign in.

pub mod login;
mod users;

use kit::{
    shell::{Item, Section},
    ui::Icon,
};
use wire::Permission;

/// The section.
pub static SECTION: Section = Section {
    title: "Accounts",
    items: &[Item {
        label: "Users",
        path: "/accounts/users",
        icon: Icon::Users,
        needs: Permission::UsersRead,
    }],
    screens: &[users::SCREENS],
};
