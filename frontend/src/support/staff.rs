//! The staff members who work on tickets.

use kit::{form::Source, format::sentence};
use wire::accounts::users::User;

/// Returns the active staff members, for pickers.
pub fn source() -> Source {
    let fixed = vec![
        ("role", "support,admin,super_admin".to_owned()),
        ("status", "active".to_owned()),
    ];
    Source::filtered_resource::<User>(fixed, |user: &User| sentence(user.role.as_str()))
}
