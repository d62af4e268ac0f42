//! People and how they sign in.

mod api_clients;
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
    items: &[
        Item {
            label: "Users",
            path: "/accounts/users",
            icon: Icon::Users,
            needs: Permission::UsersRead,
        },
        Item {
            label: "API clients",
            path: "/accounts/api-clients",
            icon: Icon::KeyRound,
            needs: Permission::ApiClientsRead,
        },
    ],
    screens: &[users::SCREENS, api_clients::SCREENS],
};
