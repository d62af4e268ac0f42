//! What this section keeps of a person: what was written to them.

mod query;

use crate::notifications::{jobs, rules};
use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    jobs::forget_failures,
    people::{self, Keeper},
};
use serde_json::Value;
use wire::UserId;

/// The letters.
pub const KEEPER: Keeper = Keeper {
    name: "messaging",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    let mut kept = people::rows(conn, keys, id, query::KEPT)?;
    let letters = kept.get_mut("notifications").and_then(Value::as_array_mut);
    for letter in letters.into_iter().flatten() {
        if let Some(message) = letter.get_mut("message") {
            *message = Value::String(rules::text_of(message.as_str().unwrap_or_default())?);
        }
    }
    Ok(kept)
}

/// That something was sent stays, and when; where it went and what it said does not. What waits is not sent.
fn erase(tx: &mut Tx<'_>, keys: &Keyring, id: UserId) -> Result<()> {
    let letters = query::letters_to(tx.conn(), id)?;
    for letter in &letters {
        query::forget(tx, *letter, &rules::blank(keys, *letter)?)?;
    }
    let keys: Vec<String> = letters.iter().map(|id| jobs::key_of(*id)).collect();
    forget_failures(tx, &keys)
}
