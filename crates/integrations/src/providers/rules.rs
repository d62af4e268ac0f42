//! Decisions about providers.

use super::{
    account::key_context,
    query::{self, Changes, Row},
};
use wire::{
    ProblemCode, ProviderId,
    integrations::providers::{EditProvider, NewProvider, Provider, ProviderAdapter},
    system::audit::AuditAction,
};

use chrono::{DateTime, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    crypto::Keyring,
};

/// Locks a provider that can be used here until the end of the transaction, or returns why it cannot be used.
pub fn lock_usable(
    tx: &mut Tx<'_>,
    adapters: &[ProviderAdapter],
    id: ProviderId,
) -> Result<Provider> {
    let provider = match query::lock(tx, id) {
        Err(error) if error.code() == Some(ProblemCode::NotFound) => {
            return Err(Error::field(
                "provider_id",
                "unknown",
                "There is no such provider.",
            ));
        }
        found => found?,
    };
    ensure_usable(adapters, provider.adapter, "provider_id")?;
    Ok(provider)
}

/// Rejects an adapter that must not be used here.
fn ensure_usable(
    adapters: &[ProviderAdapter],
    adapter: ProviderAdapter,
    field: &str,
) -> Result<()> {
    if adapters.contains(&adapter) {
        return Ok(());
    }
    Err(Error::field(
        field,
        "simulated",
        "A simulated provider serves development only: it delivers eSIMs that do not exist.",
    ))
}

/// Adds a provider.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    new: &NewProvider,
) -> Result<Provider> {
    ensure_usable(adapters, new.adapter, "adapter")?;
    let id = ProviderId::new();
    let key = seal(&actor.keys, id, &new.api_key)?;
    let provider = query::insert(tx, Row::new(id, new, &key))?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ProviderCreate, id).with_change(audit::fields_only(new)),
    )?;
    Ok(provider)
}

/// Changes a provider. The audit log records the changed values; of the API key it records only that it was replaced.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    adapters: &[ProviderAdapter],
    id: ProviderId,
    version: i32,
    edit: &EditProvider,
) -> Result<Provider> {
    let before = query::lock(tx, id)?;
    if edit.is_active == Some(true) && !before.is_active {
        ensure_usable(adapters, before.adapter, "is_active")?;
    }
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
        AuditEvent::new(AuditAction::ProviderEdit, id).with_change(change),
    )?;
    Ok(after)
}

/// Deletes a provider without offers, eSIMs, requests and allocations. A provider that was used is deactivated instead.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProviderId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    let provider = query::lock(tx, id)?;
    if provider.version != version {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    if query::is_used(tx.conn(), id)? {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The provider has offers, eSIMs or requests. Deactivate it instead: no more eSIMs are requested from it then.",
        ));
    }
    query::remove(tx, id, now)?;
    audit::record(tx, actor, AuditEvent::new(AuditAction::ProviderDelete, id))
}

fn seal(keys: &Keyring, id: ProviderId, key: &str) -> Result<String> {
    keys.seal_text(key_context(id), key)
}
