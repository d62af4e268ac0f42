//! People's names and addresses for whoever shows them: opened, or masked for eyes that need not know.
//!
//! Every section names people, and none may depend on `accounts` for it, so the reading stands here.

use crate::{
    auth::Owner,
    crypto::{Keyring, Place},
    db::Conn,
    error::Result,
};
use diesel::{pg::Pg, prelude::*, sql_types};
use schema::users;
use std::collections::HashMap;
use wire::{UserId, accounts::users::UserRole};

/// What stands for the letters that are hidden.
const HIDDEN: &str = "•••";

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
    rows.into_iter()
        .map(|(id, first, last)| {
            let first = open(keys, id, "first_name", &first)?;
            let last = open(keys, id, "last_name", &last)?;
            Ok((
                id,
                if masked {
                    format!("{} {}", mask_name(&first), mask_name(&last))
                } else {
                    format!("{first} {last}")
                },
            ))
        })
        .collect()
}

/// The customers whose rows an owner sees: themselves, or those that a client has brought.
pub fn customers_of<'a>(owner: Owner) -> users::BoxedQuery<'a, Pg, sql_types::Uuid> {
    let ids = users::table.select(users::id).into_boxed();
    match owner {
        Owner::Person(id) => ids.filter(users::id.eq(id)),
        Owner::Client(id) => ids.filter(users::client_id.eq(id)),
    }
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
