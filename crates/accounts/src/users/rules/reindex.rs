//! Rebuilds the search tokens of users after a change of their format. A migration cannot: SQL cannot open sealed names.
//!
//! The rebuild also normalizes stored texts as the server does on input: NFC, and phone numbers as E.164. It leaves rows
//! alone that are up to date, so a run that was stopped can be started again.

use super::{Person, open_person, seal};
use crate::users::query::{self, IndexedUser, Sealed};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    crypto::Keyring,
    settings::{self, BusinessCountry},
    text::tidy,
};
use serde_json::json;
use wire::{UserId, identifier, phone::Phone, system::audit::AuditAction};

/// Users per batch.
const BATCH_SIZE: i64 = 200;

/// The users whose tokens are rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReindexScope {
    /// Users whose tokens an older version wrote.
    Outdated,
    /// Every user.
    All,
}

/// The result for a number of users.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// The last user; nothing when none was left.
    pub last: Option<UserId>,
    /// Users that were read.
    pub seen: usize,
    /// Users that were changed.
    pub changed: usize,
    /// Users whose normalized address also belongs to another account.
    pub clashing: usize,
    /// Users with sealed values that do not open.
    pub broken: usize,
}

/// Rebuilds the tokens of the next users after this one.
pub fn reindex(
    tx: &mut Tx<'_>,
    actor: &Actor,
    scope: ReindexScope,
    after: Option<UserId>,
) -> Result<Batch> {
    query::keep_updated_at(tx)?;
    let country = settings::get(tx.conn(), BusinessCountry)?;
    let rows = query::lock_next(tx, scope, after, BATCH_SIZE)?;
    let mut batch = Batch {
        last: rows.last().map(|row| row.user.id),
        seen: rows.len(),
        ..Batch::default()
    };
    for row in rows {
        let sealed = match updated_columns(&actor.keys, &row, country.as_deref()) {
            Ok(sealed) => sealed,
            Err(Error::Unreadable(why)) => {
                tracing::error!(user = %row.user.id, "{}.{} of {} cannot be opened", why.table, why.column, why.row);
                batch.broken += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        match sealed {
            None => query::mark_indexed(tx, row.user.id)?,
            Some(sealed) => {
                if !query::replace_sealed(tx, row.user.id, &sealed)? {
                    tracing::warn!(user = %row.user.id, "the address of user {} also belongs to another account", row.user.id);
                    batch.clashing += 1;
                    let with_old_hash = Sealed {
                        email_hash: row.email_hash,
                        ..sealed
                    };
                    query::replace_sealed(tx, row.user.id, &with_old_hash)?;
                }
                batch.changed += 1;
            }
        }
    }
    if batch.changed > 0 {
        let counts = json!({ "people": batch.changed });
        let event = AuditEvent::of_kind(AuditAction::UserReindex, "user").with_change(counts);
        audit::record(tx, actor, event)?;
    }
    Ok(batch)
}

/// Returns the sealed columns that a row should have; nothing when it already has them.
fn updated_columns(
    keys: &Keyring,
    row: &IndexedUser,
    country: Option<&str>,
) -> Result<Option<Sealed>> {
    let person = open_person(keys, &row.user)?;
    let phone = person.phone.as_deref();
    let normalized = Person {
        email: tidy(&identifier::email(&person.email)).into_owned(),
        first_name: tidy(&person.first_name).into_owned(),
        last_name: tidy(&person.last_name).into_owned(),
        // A number that no numbering plan has stays as it was entered.
        phone: phone.map(|text| {
            Phone::parse(text, country).map_or_else(|_| text.to_owned(), |phone| phone.e164())
        }),
    };
    let is_normalized = normalized.email == person.email
        && normalized.first_name == person.first_name
        && normalized.last_name == person.last_name
        && normalized.phone == person.phone;
    let mut sealed = seal(keys, row.user.id, normalized)?;
    // A search must not find a person whose data was erased.
    if row.user.erased_at.is_some() {
        sealed.search_tokens.clear();
    }
    let is_indexed =
        sealed.search_tokens == row.search_tokens && sealed.email_hash == row.email_hash;
    Ok((!is_normalized || !is_indexed).then_some(sealed))
}
