//! One's own account, on one page.

use super::{factor, list, password};
use kit::{
    format::sentence,
    page::card_page,
    session,
    ui::{Value, card, facts},
};
use leptos::prelude::*;

/// Draws it.
pub fn screen() -> AnyView {
    card_page(
        "Your account",
        "How you sign in, and where you are signed in.",
        vec![
            card("Profile", profile()),
            card("Password", password::change()),
            card("Second factor", factor::own()),
            list::own(),
        ],
    )
}

/// Who one is here. Others keep it: nobody gives themselves another name or role.
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
