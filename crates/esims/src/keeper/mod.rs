//! What this section keeps of a person: the eSIMs that they have, what became of them, how much they were used.

mod query;

use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    people::{self, Keeper},
};
use serde_json::Value;
use wire::UserId;

/// The eSIMs.
pub const KEEPER: Keeper = Keeper {
    name: "esims",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::rows(conn, keys, id, query::KEPT)
}

/// The number of the device and the code that installs the eSIM on it go; the eSIM itself stays in the books.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::forget(tx, id)
}
