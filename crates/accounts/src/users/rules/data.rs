//! A person's data as a whole: taken away for them, or erased for good.

use super::{Person, may_edit, open, seal, seen, standing};
use crate::users::query::{self, Life, Sealed};
use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
    auth::{UNUSABLE, random_token},
    crypto::Keyring,
    people::Keepers,
};
use serde_json::{Value, json};
use wire::{ProblemCode, UserId, accounts::users::User};

/// Everything that is kept of a person. Taking it away is on record, as any look at personal data is.
pub fn export(
    tx: &mut Tx<'_>,
    actor: &Actor,
    keepers: &Keepers,
    (id, reason, now): (UserId, Option<&str>, DateTime<Utc>),
) -> Result<Value> {
    let row = query::find(tx.conn(), id, (seen(actor), Life::Either))?;
    if actor.id != Some(id) {
        may_edit(actor, row.role)?;
    }
    audit::accessed(tx, actor, "user", id.0, "everything", reason)?;
    audit::record(
        tx,
        actor,
        Act::new("user.export", "user", id.0).because(reason),
    )?;
    let kept = keepers.export(tx.conn(), &actor.keys, id)?;
    Ok(json!({ "user_id": id, "exported_at": now, "kept": kept }))
}

/// Erases a person who has nothing left to wait for. Their rows in the books stay, without saying whose they were;
/// so does the record of what was done.
pub fn erase(
    tx: &mut Tx<'_>,
    actor: &Actor,
    keepers: &Keepers,
    (id, reason, now): (UserId, &str, DateTime<Utc>),
) -> Result<User> {
    let row = standing::hold(tx, actor, (id, Life::Either))?;
    if row.erased_at.is_some() {
        return Err(Error::because(
            ProblemCode::WrongState,
            "Their data was erased before.",
        ));
    }
    standing::untied(tx, id)?;
    standing::shut_out(tx, &row, "erased")?;
    keepers.erase(tx, actor, id)?;
    let row = query::mark_erased(tx, id, now)?;
    audit::record(
        tx,
        actor,
        Act::new("user.erase", "user", id.0).because(Some(reason)),
    )?;
    open(tx.conn(), &actor.keys, &row, false)
}

/// What stands in place of a person's data: a name that says so, an address that nobody can have, no number, nothing
/// to be found by, and a password that never fits.
pub fn blank(keys: &Keyring, id: UserId) -> Result<(Sealed, &'static str)> {
    let nobody = Person {
        // `.invalid` is reserved: no such address will ever exist.
        email: format!("{}@erased.invalid", random_token().to_lowercase()),
        first_name: "Erased".to_owned(),
        last_name: "Person".to_owned(),
        phone: None,
    };
    let sealed = seal(keys, id, nobody)?;
    Ok((
        Sealed {
            search_tokens: Vec::new(),
            ..sealed
        },
        UNUSABLE,
    ))
}
