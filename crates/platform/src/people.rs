//! People's names and addresses for whoever shows them: opened, or masked for eyes that need not know.
//!
//! Every section names people, and none may depend on `accounts` for it, so the reading stands here.

mod keeper;
mod search;

pub use keeper::{Keeper, Keepers, Rows, rows};
pub use search::{query_tokens, search_tokens};

use crate::{
    audit,
    auth::Owner,
    crypto::{Keyring, Place},
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
    accounts::users::{HIDDEN, UserRole, full_name},
    identifier,
};

/// Full names by person; deleted people keep theirs in what they have left behind.
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
        let first = open_or_report(conn, keys, Column::of(id, "first_name"), &first)?;
        let last = open_or_report(conn, keys, Column::of(id, "last_name"), &last)?;
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
    pub const fn of(id: UserId, name: &'a str) -> Self {
        Self { id, name }
    }
}

/// Opens a sealed column of a person's row. A value that does not open is recorded and returned as nothing, so that the
/// rest of a list can be shown.
pub fn open_or_report(
    conn: &mut Conn,
    keys: &Keyring,
    column: Column<'_>,
    sealed: &[u8],
) -> Result<Option<String>> {
    readable(conn, keys, open(keys, column.id, column.name, sealed))
}

/// Returns an opened value. A sealed value that does not open is recorded in the audit log and returned as nothing.
pub fn readable<T>(conn: &mut Conn, keys: &Keyring, opened: Result<T>) -> Result<Option<T>> {
    match opened {
        Ok(value) => Ok(Some(value)),
        Err(Error::Broken(value)) => {
            tracing::error!("{}", Error::Broken(value.clone()));
            audit::broken(conn, keys, crate::http::request_id().as_deref(), &value)?;
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// The customers whose rows an owner sees: themselves, or those that a client has brought.
pub fn customers_of<'a>(owner: Owner) -> users::BoxedQuery<'a, Pg, sql_types::Uuid> {
    let ids = users::table.select(users::id).into_boxed();
    match owner {
        Owner::Person(id) => ids.filter(users::id.eq(id)),
        Owner::Client(id) => ids.filter(users::client_id.eq(id)),
    }
}

/// Keeps a person from being deleted or erased until the end of the transaction: something is just being made theirs.
pub fn hold(tx: &mut Tx<'_>, id: UserId) -> Result<()> {
    users::table
        .find(id)
        .for_key_share()
        .select(users::id)
        .first::<UserId>(tx.conn())
        .optional()?;
    Ok(())
}

/// Where to write to a person.
pub fn email(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<String> {
    let sealed: Vec<u8> = users::table.find(id).select(users::email).first(conn)?;
    open(keys, id, "email", &sealed)
}

/// Opens a sealed column of a person's row.
pub fn open(keys: &Keyring, id: UserId, column: &str, sealed: &[u8]) -> Result<String> {
    keys.open(Place::new("users", column, id.0), sealed)
}

/// Opens a sealed column of a row that came as JSON, where it has the form `\x0a0b..`; null stays null.
fn open_column(
    conn: &mut Conn,
    keys: &Keyring,
    (table, column): (&str, &str),
    row: &mut Value,
) -> Result<()> {
    let Some(hex) = row.get(column).and_then(Value::as_str) else {
        return Ok(());
    };
    let sealed = bytes(hex);
    let id = row.get("id").and_then(Value::as_str).map(Uuid::try_parse);
    let (Some(sealed), Some(Ok(id))) = (sealed, id) else {
        return Err(Error::internal(format!(
            "{table}.{column} cannot be opened without its row's id"
        )));
    };
    let opened = keys.open(Place::new(table, column, id), &sealed);
    let plain = readable(conn, keys, opened)?.unwrap_or_else(|| UNREADABLE.to_owned());
    if let Some(value) = row.get_mut(column) {
        *value = Value::String(plain);
    }
    Ok(())
}

/// Bytes as PostgreSQL writes them.
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

/// Whether a role sees personal data masked until it is opened.
pub fn is_masked_for(role: Option<UserRole>) -> bool {
    role == Some(UserRole::Support)
}

/// An address as it is compared: in one normal form and in lower case.
pub fn normalised(email: &str) -> String {
    tidy(&identifier::email(email)).to_lowercase()
}

/// `ada@example.com` as `a•••@e•••.com`.
pub fn mask_email(email: &str) -> String {
    let Some((name, domain)) = email.rsplit_once('@') else {
        return HIDDEN.to_owned();
    };
    let ending = domain
        .rsplit_once('.')
        .map_or(String::new(), |(_, ending)| format!(".{ending}"));
    format!("{}@{}{ending}", mask_name(name), mask_name(domain))
}

/// `Ada` as `A•••`. An empty name stays empty.
pub fn mask_name(name: &str) -> String {
    if name.is_empty() {
        return String::new();
    }
    format!("{}{HIDDEN}", name.chars().take(1).collect::<String>())
}

/// `+44 20 7946 0000` as `•••00`.
pub fn mask_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let last = digits
        .get(digits.len().saturating_sub(2)..)
        .unwrap_or_default();
    format!("{HIDDEN}{}", last.iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_leave_no_more_than_a_hint() {
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
