//! Exports and erases the account data of a person.

use super::{
    query::{self, EXPORTED},
    rules,
};
use platform::{
    Conn, Result, Tx, audit,
    crypto::Keyring,
    people::{self, PersonalData},
};
use serde_json::Value;
use wire::UserId;

/// The account of a user and the means of signing in.
pub const PERSONAL_DATA: PersonalData = PersonalData {
    name: "accounts",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::export_tables(conn, keys, id, EXPORTED)
}

fn erase(tx: &mut Tx<'_>, keys: &Keyring, id: UserId) -> Result<()> {
    for (kind, subjects) in query::SUBJECTS_WITH_REASONS {
        audit::forget_reasons(tx, kind, subjects, id)?;
    }
    query::delete_sign_in_data(tx, id)?;
    let (sealed, password_hash) = rules::erased_values(keys, id)?;
    query::erase(tx, id, &sealed, password_hash)
}
