//! Rebuilds the search tokens of people after a change of their format. A migration cannot: SQL does not open sealed names.
//!
//! The rebuild also normalizes stored texts as the server does on input: NFC, and phone numbers as E.164. It leaves rows
//! alone that are up to date, so a run that was stopped can be started again.

use super::{Person, seal, stored};
use crate::users::query::{self, Indexed, Sealed};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
    crypto::Keyring,
    settings::{self, BusinessCountry},
    text::tidy,
};
use serde_json::json;
use uuid::Uuid;
use wire::{UserId, identifier, phone::Phone};

/// People per batch.
const AT_ONCE: i64 = 200;

/// The people whose tokens are rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /** People whose tokens an older version wrote. */
    Outdated,
    /** Every person. */
    All,
}

/// The result for a number of people.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /** The last person; nothing when there was none left. */
    pub last: Option<UserId>,
    /** How many people were read. */
    pub seen: usize,
    /** How many were changed. */
    pub changed: usize,
    /** How many share their normalized address with another account. */
    pub clashing: usize,
    /** How many have sealed values that do not open. */
    pub broken: usize,
}

/// Rebuilds the tokens of the next people after this one.
pub fn reindex(
    tx: &mut Tx<'_>,
    actor: &Actor,
    which: Which,
    after: Option<UserId>,
) -> Result<Batch> {
    query::leave_times(tx)?;
    let country = settings::get(tx.conn(), BusinessCountry)?;
    let rows = query::lock_next(tx, which, after, AT_ONCE)?;
    let mut batch = Batch {
        last: rows.last().map(|row| row.user.id),
        seen: rows.len(),
        ..Batch::default()
    };
    for row in rows {
        let fresh = match renewed(&actor.keys, &row, country.as_deref()) {
            Ok(fresh) => fresh,
            Err(Error::Broken(why)) => {
                tracing::error!(user = %row.user.id, "{}.{} of {} cannot be opened", why.table, why.column, why.row);
                batch.broken += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        match fresh {
            None => query::mark_indexed(tx, row.user.id)?,
            Some(fresh) => {
                if !query::replace_sealed(tx, row.user.id, &fresh)? {
                    tracing::warn!(user = %row.user.id, "the address of user {} also belongs to another account", row.user.id);
                    batch.clashing += 1;
                    let kept = Sealed {
                        email_hash: row.email_hash,
                        ..fresh
                    };
                    query::replace_sealed(tx, row.user.id, &kept)?;
                }
                batch.changed += 1;
            }
        }
    }
    if batch.changed > 0 {
        let counts = json!({ "people": batch.changed });
        let act = Act::new("user.reindex", "user", Uuid::nil()).changing(counts);
        audit::record(tx, actor, act)?;
    }
    Ok(batch)
}

/// Returns the sealed columns that a row should have; nothing when it already has them.
fn renewed(keys: &Keyring, row: &Indexed, country: Option<&str>) -> Result<Option<Sealed>> {
    let person = stored(keys, &row.user)?;
    let phone = person.phone.as_deref();
    let tidied = Person {
        email: tidy(&identifier::email(&person.email)).into_owned(),
        first_name: tidy(&person.first_name).into_owned(),
        last_name: tidy(&person.last_name).into_owned(),
        // A number that no numbering plan has stays as it was entered.
        phone: phone.map(|text| {
            Phone::read(text, country).map_or_else(|_| text.to_owned(), |phone| phone.e164())
        }),
    };
    let is_tidy = tidied.email == person.email
        && tidied.first_name == person.first_name
        && tidied.last_name == person.last_name
        && tidied.phone == person.phone;
    let mut fresh = seal(keys, row.user.id, tidied)?;
    // A search must not find a person whose data was erased.
    if row.user.erased_at.is_some() {
        fresh.search_tokens.clear();
    }
    let is_indexed = fresh.search_tokens == row.search_tokens && fresh.email_hash == row.email_hash;
    Ok((!is_tidy || !is_indexed).then_some(fresh))
}
