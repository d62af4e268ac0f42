//! People's names and addresses for whoever shows them: opened, or masked for eyes that need not know.
//!
//! Every section names people, and none may depend on `accounts` for it, so the reading stands here.

mod keeper;

pub use keeper::{Keeper, Keepers, Rows, rows};

use crate::{
    audit,
    auth::Owner,
    crypto::{Keyring, Place},
    db::{Conn, Tx},
    error::{Error, Result},
};
use diesel::{pg::Pg, prelude::*, sql_types};
use schema::users;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;
use wire::{
    UserId,
    accounts::users::{HIDDEN, UserRole},
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
            (Some(first), Some(last)) if masked => {
                format!("{} {}", mask_name(&first), mask_name(&last))
            }
            (Some(first), Some(last)) => format!("{first} {last}"),
            _ => UNREADABLE.to_owned(),
        };
        names.insert(id, name);
    }
    Ok(names)
}

/// What is shown in place of a sealed value that does not open.
pub const UNREADABLE: &str = "(unreadable)";

/// A sealed column of a person's row.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    id: UserId,
    name: &'a str,
}

impl<'a> Column<'a> {
    /// The column of this name, of this person.
    pub const fn of(id: UserId, name: &'a str) -> Self {
        Self { id, name }
    }
}

/// Opens a sealed column of a person's row for a list. One that does not open is put on record and gives nothing, so
/// that the rest of the list can be shown.
pub fn open_or_report(
    conn: &mut Conn,
    keys: &Keyring,
    column: Column<'_>,
    sealed: &[u8],
) -> Result<Option<String>> {
    readable(conn, keys, open(keys, column.id, column.name, sealed))
}

/// The opened value; nothing, and an entry in the audit log, where a sealed value does not open.
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

/// The tokens that a person is found by: the words of the name and their beginnings, the number, the address as
/// a whole, and the words of the address's domain.
pub fn search_tokens(
    keys: &Keyring,
    (email, first_name, last_name): (&str, &str, &str),
    phone: Option<&str>,
) -> Vec<i64> {
    let domain = email.rsplit_once('@').map(|(_, domain)| domain);
    // Each by itself: an address or a number is one word, a name may be several.
    let mut tokens: Vec<i64> = [
        Some(email),
        domain,
        Some(first_name),
        Some(last_name),
        phone,
    ]
    .into_iter()
    .flatten()
    .flat_map(|text| keys.search_tokens(text))
    .collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// The tokens that a search for people asks for. Of a long address only the beginning is a token, so its domain
/// is asked for as well; what begins with `@` is a domain.
pub fn query_tokens(keys: &Keyring, q: &str) -> Option<Vec<i64>> {
    let Some((name, domain)) = q.trim().rsplit_once('@') else {
        return keys.query_tokens(q);
    };
    let whole = (!name.is_empty()).then(|| keys.query_tokens(q)).flatten();
    let tokens: Vec<i64> = whole
        .into_iter()
        .chain(keys.query_tokens(domain))
        .flatten()
        .collect();
    (!tokens.is_empty()).then_some(tokens)
}

/// Whether a role sees personal data masked until it is opened.
pub fn is_masked_for(role: Option<UserRole>) -> bool {
    role == Some(UserRole::Support)
}

/// An address as it is compared: without spaces around it, in lower case.
pub fn normalised(email: &str) -> String {
    email.trim().to_lowercase()
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

/// `Ada` as `A•••`.
pub fn mask_name(name: &str) -> String {
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
