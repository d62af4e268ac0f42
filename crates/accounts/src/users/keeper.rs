//! What this section keeps of a person, and how it forgets them.

use super::{
    query::{self, KEPT},
    rules,
};
use platform::{
    Conn, Result, Tx, audit,
    crypto::Keyring,
    people::{self, Keeper},
};
use serde_json::Value;
use wire::UserId;

/// Their account, and how they sign in.
pub const KEEPER: Keeper = Keeper {
    name: "accounts",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::rows(conn, keys, id, KEPT)
}

fn erase(tx: &mut Tx<'_>, keys: &Keyring, id: UserId) -> Result<()> {
    for (kind, theirs) in query::REASONED {
        audit::forget_reasons(tx, kind, theirs, id)?;
    }
    query::forget_sessions(tx, id)?;
    let (blank, password_hash) = rules::blank(keys, id)?;
    query::erase(tx, id, (&blank, password_hash))
}
