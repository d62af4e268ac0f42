//! What this section keeps of a person: the record of what they did and of what was done with their data, and the
//! views of lists that they have saved.

mod query;

use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    people::{self, Keeper},
};
use serde_json::Value;
use wire::UserId;

/// The record.
pub const KEEPER: Keeper = Keeper {
    name: "system",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::rows(conn, keys, id, query::KEPT)
}

/// The record is evidence: it stays, and the program could not change it if it wanted to. It names people by their
/// ids, never by name.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::forget_views(tx, id)
}
