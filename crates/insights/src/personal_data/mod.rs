//! The personal data of this section: analytics events of a user.

mod query;

use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    people::{self, PersonalData},
};
use serde_json::Value;
use wire::UserId;

/// The analytics events of a user.
pub const PERSONAL_DATA: PersonalData = PersonalData {
    name: "insights",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::export_tables(conn, keys, id, query::EXPORTED)
}

/// Erases the metadata of the events. The events stay, because statistics count them.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::erase_metadata(tx, id)
}
