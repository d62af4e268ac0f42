//! Rules for creating, editing, rotating and revoking API clients.

use super::query::{self, ClientChange, NewClientRow};
use wire::{
    ApiClientId, Permission, ProblemCode,
    accounts::api_clients::{
        ApiClient, EditApiClient, IssuedApiKey, NewApiClient, RotateApiKey, network,
    },
    system::audit::AuditAction,
};

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, AuditEvent},
    auth::{NewApiKey, generate_api_key},
};
use serde_json::json;

/// Creates an API client with its first key.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewApiClient,
    now: DateTime<Utc>,
) -> Result<IssuedApiKey> {
    ensure_in_future(new.expires_at, now)?;
    let id = ApiClientId::new();
    let row = NewClientRow {
        id,
        name: new.name.trim(),
        mode: new.mode,
        scopes: sorted_unique(&new.scopes),
        networks: normalize_networks(&new.networks)?,
        created_by: actor.id,
        expires_at: new.expires_at,
        created_at: now,
    };
    query::insert(tx, &row)?;
    let key = generate_api_key(new.mode);
    query::insert_key(tx, id, &key, now)?;
    let issued = issued(tx, id, &key)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ApiClientCreate, id)
            .with_change(audit::change(&(), &issued.client)),
    )?;
    Ok(issued)
}

/// Edits an API client.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ApiClientId,
    version: i32,
    change: &EditApiClient,
    now: DateTime<Utc>,
) -> Result<ApiClient> {
    let before = query::lock(tx, id)?;
    ensure_in_future(change.expires_at.flatten(), now)?;
    ensure_not_revoked(&before, version)?;
    let update = ClientChange {
        name: change.name.as_deref().map(str::trim),
        scopes: change.scopes.as_deref().map(sorted_unique),
        networks: change
            .networks
            .as_deref()
            .map(normalize_networks)
            .transpose()?,
        expires_at: change.expires_at,
    };
    if !query::update(tx, id, version, &update)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let after = query::find(tx.conn(), id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ApiClientEdit, id).with_change(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Creates a new key for an API client; the old ones expire after the overlap.
pub fn rotate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ApiClientId,
    rotation: &RotateApiKey,
    now: DateTime<Utc>,
) -> Result<IssuedApiKey> {
    let before = query::lock(tx, id)?;
    ensure_active(&before, now)?;
    let key = generate_api_key(before.mode);
    query::expire_keys(tx, id, now + TimeDelta::hours(rotation.overlap_hours))?;
    query::insert_key(tx, id, &key, now)?;
    query::increment_version(tx, id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ApiClientRotate, id)
            .with_change(json!({ "overlap_hours": rotation.overlap_hours, "prefix": key.prefix })),
    )?;
    issued(tx, id, &key)
}

/// Revokes an API client permanently.
pub fn revoke(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ApiClientId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<ApiClient> {
    let before = query::lock(tx, id)?;
    if before.revoked_at.is_some() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The client is already revoked.",
        ));
    }
    query::revoke(tx, id, now)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ApiClientRevoke, id).with_reason(Some(reason)),
    )?;
    query::find(tx.conn(), id)
}

fn issued(tx: &mut Tx<'_>, id: ApiClientId, key: &NewApiKey) -> Result<IssuedApiKey> {
    Ok(IssuedApiKey {
        client: query::find(tx.conn(), id)?,
        key: key.key.to_string(),
    })
}

fn ensure_in_future(expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<()> {
    if expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(Error::field(
            "expires_at",
            "past",
            "Choose a time in the future. To end a client now, revoke it.",
        ));
    }
    Ok(())
}

/// Rejects an edit of a revoked client. An edit of an older version is reported as stale instead, by the update.
fn ensure_not_revoked(client: &ApiClient, version: i32) -> Result<()> {
    if client.version == version && client.revoked_at.is_some() {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The client is revoked. Create a new one.",
        ));
    }
    Ok(())
}

fn ensure_active(client: &ApiClient, now: DateTime<Utc>) -> Result<()> {
    let why = if client.revoked_at.is_some() {
        "The client is revoked. Create a new one."
    } else if client.expires_at.is_some_and(|end| end <= now) {
        "The client has expired. Choose a later expiry first."
    } else {
        return Ok(());
    };
    Err(Error::with_detail(ProblemCode::WrongState, why))
}

/// Returns each scope once, in the order of the permissions.
fn sorted_unique(scopes: &[Permission]) -> Vec<Permission> {
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Returns each network once, in canonical form. A single address becomes a network of one address.
fn normalize_networks(networks: &[String]) -> Result<Vec<String>> {
    let mut blocks: Vec<String> = Vec::with_capacity(networks.len());
    for text in networks {
        let block = network(text)
            .map_err(|why| Error::field("networks", "network", format!("`{text}` {why}.")))?;
        let block = block.to_string();
        if !blocks.contains(&block) {
            blocks.push(block);
        }
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicate_scopes_and_networks_are_removed() {
        let (read, write) = (Permission::OrdersRead, Permission::OrdersWrite);
        assert_eq!(sorted_unique(&[write, read, write]), [read, write]);
        let networks = ["203.0.113.9", "203.0.113.9/32", "2001:DB8::/32"].map(str::to_owned);
        assert!(
            normalize_networks(&networks)
                .is_ok_and(|blocks| blocks == ["203.0.113.9/32", "2001:db8::/32"])
        );
    }
}
