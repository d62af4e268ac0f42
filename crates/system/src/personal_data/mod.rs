//! The personal data of this section: log entries by a user and about their data, and their saved views.

mod query;

use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    people::{self, PersonalData},
};
use serde_json::Value;
use wire::UserId;

/// The log entries and saved views of a user.
pub const PERSONAL_DATA: PersonalData = PersonalData {
    name: "system",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::export_tables(conn, keys, id, query::EXPORTED)
}

/// Deletes the saved views. The logs are evidence and stay; the server cannot change them. They contain ids of people,
/// never names.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::delete_views(tx, id)
}
