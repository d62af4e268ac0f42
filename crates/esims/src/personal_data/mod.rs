//! The personal data of the section: the eSIMs of a person, their history and their usage.

mod query;

use platform::{
    Conn, Result, Tx,
    crypto::Keyring,
    people::{self, PersonalData},
};
use serde_json::Value;
use wire::UserId;

/// Exports and erases the personal data of eSIMs.
pub const PERSONAL_DATA: PersonalData = PersonalData {
    name: "esims",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::export_tables(conn, keys, id, query::EXPORTED_TABLES)
}

/// Erases the EID and the activation code. The eSIM itself is kept for the accounts.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::erase(tx, id)
}
