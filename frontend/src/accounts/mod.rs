//! People and how they sign in.

mod api_clients;
mod kyc;
mod login;
mod parts;
mod sessions;
mod users;

use kit::{
    shell::{Doors, Item, Open, Section},
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
            label: "KYC",
            path: "/accounts/kyc",
            icon: Icon::BadgeCheck,
            needs: Permission::KycRead,
        },
        Item {
            label: "API clients",
            path: "/accounts/api-clients",
            icon: Icon::KeyRound,
            needs: Permission::ApiClientsRead,
        },
    ],
    screens: &[
        users::SCREENS,
        kyc::SCREENS,
        api_clients::SCREENS,
        sessions::SCREENS,
    ],
};

/// What stands outside the shell.
pub const DOORS: Doors = Doors {
    login: login::screen,
    enrolment: sessions::factor::enrolment,
    notice: crate::messaging::setup::notice,
    open: &[
        Open {
            path: login::FORGOT,
            view: login::forgotten,
        },
        Open {
            path: login::PASSWORD,
            view: login::password,
        },
    ],
};
