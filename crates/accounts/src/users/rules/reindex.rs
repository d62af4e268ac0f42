//! Making the search tokens of people anew after the way they are made has changed: SQL cannot open sealed names.
//!
//! On the way, texts are brought into the form in which they come in today: composed (NFC), phone numbers as E.164. A
//! row that is as it should be is left alone, so a run that was stopped is begun again.

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

/// People who are looked at together.
const AT_ONCE: i64 = 200;

/// Whose tokens are made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /** Those that were written by an older version. */
    Outdated,
    /** Everybody's. */
    All,
}

/// What became of some people.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /** The last of them; nothing when there was nobody left. */
    pub last: Option<UserId>,
    /** How many there were. */
    pub seen: usize,
    /** How many were changed. */
    pub changed: usize,
    /** How many have an address that another account has, once both are written alike. */
    pub clashing: usize,
    /** How many cannot be opened. */
    pub broken: usize,
}

/// Makes the tokens of the next people anew, after this one.
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
                    tracing::warn!(user = %row.user.id, "the address of user {} is another account\'s as well", row.user.id);
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

/// What a row should hold, if it holds anything else.
fn renewed(keys: &Keyring, row: &Indexed, country: Option<&str>) -> Result<Option<Sealed>> {
    let person = stored(keys, &row.user)?;
    let phone = person.phone.as_deref();
    let tidied = Person {
        email: tidy(&identifier::email(&person.email)).into_owned(),
        first_name: tidy(&person.first_name).into_owned(),
        last_name: tidy(&person.last_name).into_owned(),
        // What no numbering plan knows stays as somebody entered it.
        phone: phone.map(|text| {
            Phone::read(text, country).map_or_else(|_| text.to_owned(), |phone| phone.e164())
        }),
    };
    let is_tidy = tidied.email == person.email
        && tidied.first_name == person.first_name
        && tidied.last_name == person.last_name
        && tidied.phone == person.phone;
    let mut fresh = seal(keys, row.user.id, tidied)?;
    // Nobody finds a person whose data was erased.
    if row.user.erased_at.is_some() {
        fresh.search_tokens.clear();
    }
    let is_indexed = fresh.search_tokens == row.search_tokens && fresh.email_hash == row.email_hash;
    Ok((!is_tidy || !is_indexed).then_some(fresh))
}
