//! What this section keeps of a person: events, for the statistics.

mod query;

use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    people::{self, Keeper},
};
use serde_json::Value;
use wire::UserId;

/// The events.
pub const KEEPER: Keeper = Keeper {
    name: "insights",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::rows(conn, keys, id, query::KEPT)
}

/// That something happened counts on; what was noted beside it goes.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::forget(tx, id)
}
