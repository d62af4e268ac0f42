//! Decisions about providers.

use super::query::{self, Changes, Row};
use wire::{
    ProblemCode, ProviderId,
    integrations::providers::{EditProvider, NewProvider, Provider},
};

use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
    crypto::{Keyring, Place},
};

/// Adds a provider.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewProvider) -> Result<Provider> {
    let id = ProviderId::new();
    let key = seal(&actor.keys, id, &new.api_key)?;
    let provider = query::insert(tx, Row::of(id, new, &key))?;
    audit::record(
        tx,
        actor,
        Act::new("provider.create", "provider", id.0).changing(audit::fields_only(new)),
    )?;
    Ok(provider)
}

/// Changes a provider. What changed is recorded in full, of the key only that it did.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProviderId,
    version: i32,
    edit: &EditProvider,
) -> Result<Provider> {
    let before = query::lock(tx, id)?;
    let key = edit
        .api_key
        .as_deref()
        .map(|key| seal(&actor.keys, id, key))
        .transpose()?;
    let changes = Changes {
        name: edit.name.as_deref(),
        provider_type: edit.provider_type.as_ref().map(Option::as_deref),
        api_key_encrypted: key.as_deref(),
        priority: edit.priority,
        is_active: edit.is_active,
    };
    let after = query::update(tx, id, version, &changes)?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    let mut change = audit::change(&before, &after);
    if let (Some(fields), true) = (change.as_object_mut(), key.is_some()) {
        fields.insert("api_key".into(), "replaced".into());
    }
    audit::record(
        tx,
        actor,
        Act::new("provider.edit", "provider", id.0).changing(change),
    )?;
    Ok(after)
}

fn seal(keys: &Keyring, id: ProviderId, key: &str) -> Result<String> {
    keys.seal_text(Place::new("data_providers", "api_key_encrypted", id.0), key)
}
