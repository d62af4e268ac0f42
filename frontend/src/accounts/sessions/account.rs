//! One's own account, on one page.

use super::{factor, list, password};
use kit::{
    format::sentence,
    page::{Part, part_page},
    session,
    ui::{Value, facts},
};
use leptos::prelude::*;

/// Draws it.
pub fn screen() -> AnyView {
    let part = |title, hint, body| Part { title, hint, body };
    part_page(
        "Your account",
        "How you sign in, and where you are signed in.",
        vec![
            part(
                "Profile",
                "Your colleagues keep it: nobody gives themselves another name or role.",
                profile(),
            ),
            part(
                "Password",
                "A change signs you out everywhere else.",
                password::change(),
            ),
            part(
                "Second factor",
                "A code of an authenticator app besides your password: whoever learns the one has not got the other.",
                factor::own(),
            ),
            part(
                "Sessions",
                "Where you are signed in. End what you do not know, and change your password then.",
                list::own(),
            ),
        ],
    )
}

/// Who one is here.
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
