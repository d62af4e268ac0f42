//! The page of the current user's own account.

use super::{list, mfa, password};
use kit::{
    format::sentence,
    page::{Part, part_page},
    session,
    ui::{Value, facts},
};
use leptos::prelude::*;

/// Draws the page.
pub fn screen() -> AnyView {
    let part = |title, hint, body| Part { title, hint, body };
    part_page(
        "Your account",
        "Your profile, password, two-factor authentication and sessions.",
        vec![
            part(
                "Profile",
                "Only another administrator can change your name and role.",
                profile(),
            ),
            part(
                "Password",
                "Changing it signs you out everywhere else.",
                password::change(),
            ),
            part(
                "Two-factor authentication",
                "A code from an authenticator app in addition to your password. A stolen password alone cannot sign in.",
                mfa::own(),
            ),
            part(
                "Sessions",
                "Where you are signed in. Sign out sessions that you do not recognize, then change your password.",
                list::own(),
            ),
        ],
    )
}

/// Draws the profile of the current user.
fn profile() -> AnyView {
    let Some(me) = session::user() else {
        return ().into_any();
    };
    facts(vec![
        ("Name", Value::text(me.full_name())),
        ("E-mail", Value::text(me.email.clone())),
        ("Phone", Value::maybe(me.phone.clone())),
        ("Role", Value::text(sentence(me.role.as_str()))),
        (
            "Last sign-in",
            me.last_login.map_or_else(Value::absent, Value::time),
        ),
    ])
}
