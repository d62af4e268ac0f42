//! Decrypts the names and addresses of people, and masks them for callers who may not see them.
//!
//! Every section names people and no section may depend on `accounts`, so these functions are here.

mod personal_data;
mod search;

pub use personal_data::{ExportTable, PersonalData, PersonalDataRegistry, export_tables};
pub use search::{prefix_tokens, query_tokens, search_tokens, word_tokens};

use crate::{
    audit,
    auth::Owner,
    crypto::{FieldContext, Keyring},
    db::{Conn, Tx},
    error::{Error, Result},
    text::tidy,
};
use diesel::{pg::Pg, prelude::*, sql_types};
use schema::users;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;
use wire::{
    UserId,
    accounts::users::{MASK, UserRole, full_name},
    identifier,
};

/// Returns full names by user id. Deleted users are included: their orders and other records still name them.
pub fn names(
    conn: &mut Conn,
    keys: &Keyring,
    ids: &[UserId],
    masked: bool,
) -> Result<HashMap<UserId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(UserId, Vec<u8>, Vec<u8>)> = users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::first_name, users::last_name))
        .load(conn)?;
    let mut names = HashMap::with_capacity(rows.len());
    for (id, first, last) in rows {
        let first = open_or_report(conn, keys, Column::new(id, "first_name"), &first)?;
        let last = open_or_report(conn, keys, Column::new(id, "last_name"), &last)?;
        let name = match (first, last) {
            (Some(first), Some(last)) if masked => full_name(&mask_name(&first), &mask_name(&last)),
            (Some(first), Some(last)) => full_name(&first, &last),
            _ => UNREADABLE.to_owned(),
        };
        names.insert(id, name);
    }
    Ok(names)
}

/// The text that replaces a sealed value that does not open.
pub const UNREADABLE: &str = "(unreadable)";

/// A sealed column of a person's row.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    id: UserId,
    name: &'a str,
}

impl<'a> Column<'a> {
    /// Names a column of a person's row.
    pub const fn new(id: UserId, name: &'a str) -> Self {
        Self { id, name }
    }
}

/// Opens a sealed column of a person's row. A value that does not open is recorded and returned as `None`, so that the
/// rest of a list can be shown.
pub fn open_or_report(
    conn: &mut Conn,
    keys: &Keyring,
    column: Column<'_>,
    sealed: &[u8],
) -> Result<Option<String>> {
    value_or_report(conn, keys, open(keys, column.id, column.name, sealed))
}

/// Returns an opened value. A sealed value that does not open is recorded in the audit log and returned as `None`.
pub fn value_or_report<T>(conn: &mut Conn, keys: &Keyring, opened: Result<T>) -> Result<Option<T>> {
    match opened {
        Ok(value) => Ok(Some(value)),
        Err(Error::Unreadable(value)) => {
            tracing::error!("{}", Error::Unreadable(value.clone()));
            audit::record_unreadable(conn, keys, crate::http::request_id().as_deref(), &value)?;
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// Selects the customers whose rows an owner sees: the user, or the customers of an API client.
pub fn customers_of<'a>(owner: Owner) -> users::BoxedQuery<'a, Pg, sql_types::Uuid> {
    let ids = users::table.select(users::id).into_boxed();
    match owner {
        Owner::Person(id) => ids.filter(users::id.eq(id)),
        Owner::Client(id) => ids.filter(users::client_id.eq(id)),
    }
}

/// Locks a user against deletion and erasure until the end of the transaction, which creates an object for that user.
pub fn lock_for_key_share(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    users::table
        .find(id)
        .for_key_share()
        .select(users::id)
        .first::<UserId>(tx.conn())
        .optional()?;
    Ok(())
}

/// Returns the email address of a user.
pub fn email(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<String> {
    let sealed: Vec<u8> = users::table.find(id).select(users::email).first(conn)?;
    open(keys, id, "email", &sealed)
}

/// Opens a sealed column of a person's row.
pub fn open(keys: &Keyring, id: UserId, column: &str, sealed: &[u8]) -> Result<String> {
    keys.open(FieldContext::new("users", column, id.0), sealed)
}

/// Opens a sealed column of a row in JSON, where its bytes have the form `\x0a0b..`; null stays null.
fn open_column(
    conn: &mut Conn,
    keys: &Keyring,
    table: &str,
    column: &str,
    row: &mut Value,
) -> Result<()> {
    let Some(hex) = row.get(column).and_then(Value::as_str) else {
        return Ok(());
    };
    let sealed = bytes(hex);
    let id = row.get("id").and_then(Value::as_str).map(Uuid::try_parse);
    let (Some(sealed), Some(Ok(id))) = (sealed, id) else {
        return Err(Error::internal(format!(
            "{table}.{column} cannot be opened without the id of its row"
        )));
    };
    let opened = keys.open(FieldContext::new(table, column, id), &sealed);
    let plain = value_or_report(conn, keys, opened)?.unwrap_or_else(|| UNREADABLE.to_owned());
    if let Some(value) = row.get_mut(column) {
        *value = Value::String(plain);
    }
    Ok(())
}

/// Parses bytes in the hex format of PostgreSQL.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = hex
        .strip_prefix("\\x")?
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect::<Option<_>>()?;
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(high * 16 + low).ok(),
            _ => None,
        })
        .collect()
}

/// Returns whether a role sees personal data masked until it reveals a field.
pub fn is_masked_for(role: Option<UserRole>) -> bool {
    role == Some(UserRole::Support)
}

/// Returns an email address in the form in which addresses are compared: normalised and in lower case.
pub fn normalised_email(email: &str) -> String {
    tidy(&identifier::email(email)).to_lowercase()
}

/// Masks an email address: `ada@example.com` becomes `a•••@e•••.com`.
pub fn mask_email(email: &str) -> String {
    let Some((name, domain)) = email.rsplit_once('@') else {
        return MASK.to_owned();
    };
    let ending = domain
        .rsplit_once('.')
        .map_or(String::new(), |(_, ending)| format!(".{ending}"));
    format!("{}@{}{ending}", mask_name(name), mask_name(domain))
}

/// Masks a name: `Ada` becomes `A•••`. An empty name stays empty.
pub fn mask_name(name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    format!("{}{MASK}", name.chars().take(1).collect::<String>())
}

/// Masks a phone number: `+44 20 7946 0000` becomes `•••00`.
pub fn mask_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let last = digits
        .get(digits.len().saturating_sub(2)..)
        .unwrap_or_default();
    format!("{MASK}{}", last.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_only_a_hint() {
        for (plain, masked) in [
            ("ada@example.com", "a•••@e•••.com"),
            ("x@y.co.uk", "x•••@y•••.uk"),
            ("broken", "•••"),
        ] {
            assert_eq!(mask_email(plain), masked);
        }
        assert_eq!(mask_name("Élodie"), "É•••");
        assert_eq!(mask_phone("+44 20 7946 0012"), "•••12");
        assert_eq!(mask_phone("+"), "•••");
    }
}
