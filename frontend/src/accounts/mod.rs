//! Accounts: users, identity checks, API clients, and signing in.

mod api_clients;
mod kyc;
mod login;
mod parts;
mod sessions;
mod users;

use kit::{
    shell::{Item, PublicPage, PublicPages, Section},
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

/// The pages outside the shell, for users who are not signed in or have to set up two-factor authentication first.
pub const PUBLIC_PAGES: PublicPages = PublicPages {
    login: login::screen,
    enrolment: sessions::mfa::enrolment,
    notice: crate::messaging::setup::notice,
    pages: &[
        PublicPage {
            path: login::FORGOT,
            view: login::forgot_password,
        },
        PublicPage {
            path: login::PASSWORD,
            view: login::password,
        },
    ],
};
