//! Decisions about integrators' programs.

use super::query::{self, Edit, Fresh};
use wire::{
    ApiClientId, Permission, ProblemCode,
    accounts::api_clients::{
        ApiClient, EditApiClient, IssuedKey, NewApiClient, RotateKey, network,
    },
};

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Error, Result, Tx,
    audit::{self, Act},
    auth::{Minted, mint},
};
use serde_json::json;

/// Creates a client with its first key.
pub fn create(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &NewApiClient,
    now: DateTime<Utc>,
) -> Result<IssuedKey> {
    lies_ahead(new.expires_at, now)?;
    let id = ApiClientId::new();
    let fresh = Fresh {
        id,
        name: new.name.trim(),
        mode: new.mode,
        scopes: tidied(&new.scopes),
        networks: written(&new.networks)?,
        created_by: actor.id,
        expires_at: new.expires_at,
        created_at: now,
    };
    query::insert(tx, &fresh)?;
    let minted = mint(new.mode);
    query::insert_key(tx, id, &minted, now)?;
    let issued = issued(tx, id, &minted)?;
    audit::record(
        tx,
        actor,
        Act::new("api_client.create", "api_client", id.0)
            .changing(audit::change(&(), &issued.client)),
    )?;
    Ok(issued)
}

/// Changes a client.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    (id, version): (ApiClientId, i32),
    change: &EditApiClient,
    now: DateTime<Utc>,
) -> Result<ApiClient> {
    let before = query::hold(tx, id)?;
    lies_ahead(change.expires_at.flatten(), now)?;
    still_there(&before, version)?;
    let edit = Edit {
        name: change.name.as_deref().map(str::trim),
        scopes: change.scopes.as_deref().map(tidied),
        networks: change.networks.as_deref().map(written).transpose()?,
        expires_at: change.expires_at,
    };
    if !query::update(tx, id, version, &edit)? {
        return Err(Error::refuse(ProblemCode::Stale));
    }
    let after = query::find(tx.conn(), id)?;
    audit::record(
        tx,
        actor,
        Act::new("api_client.edit", "api_client", id.0).changing(audit::change(&before, &after)),
    )?;
    Ok(after)
}

/// Gives a client a new key; the old ones end after the overlap.
pub fn rotate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ApiClientId,
    how: &RotateKey,
    now: DateTime<Utc>,
) -> Result<IssuedKey> {
    let before = query::hold(tx, id)?;
    in_force(&before, now)?;
    let minted = mint(before.mode);
    query::end_keys(tx, id, now + TimeDelta::hours(how.overlap_hours))?;
    query::insert_key(tx, id, &minted, now)?;
    query::raise(tx, id)?;
    audit::record(
        tx,
        actor,
        Act::new("api_client.rotate", "api_client", id.0)
            .changing(json!({ "overlap_hours": how.overlap_hours, "prefix": minted.prefix })),
    )?;
    issued(tx, id, &minted)
}

/// Locks a client out for good.
pub fn revoke(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ApiClientId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<ApiClient> {
    let before = query::hold(tx, id)?;
    if before.revoked_at.is_some() {
        return Err(Error::because(
            ProblemCode::WrongState,
            "The client is revoked already.",
        ));
    }
    query::revoke(tx, id, now)?;
    audit::record(
        tx,
        actor,
        Act::new("api_client.revoke", "api_client", id.0).because(Some(reason)),
    )?;
    query::find(tx.conn(), id)
}

fn issued(tx: &mut Tx<'_>, id: ApiClientId, minted: &Minted) -> Result<IssuedKey> {
    Ok(IssuedKey {
        client: query::find(tx.conn(), id)?,
        key: minted.key.to_string(),
    })
}

fn lies_ahead(end: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<()> {
    if end.is_some_and(|end| end <= now) {
        return Err(Error::field(
            "expires_at",
            "past",
            "Choose a time that is still to come; to end a client now, revoke it.",
        ));
    }
    Ok(())
}

/// A stale edit is told that it is stale, and only then that there is nothing to be edited.
fn still_there(client: &ApiClient, version: i32) -> Result<()> {
    if client.version == version && client.revoked_at.is_some() {
        return Err(Error::because(
            ProblemCode::WrongState,
            "The client is revoked; make a new one.",
        ));
    }
    Ok(())
}

fn in_force(client: &ApiClient, now: DateTime<Utc>) -> Result<()> {
    let why = if client.revoked_at.is_some() {
        "The client is revoked; make a new one."
    } else if client.expires_at.is_some_and(|end| end <= now) {
        "The client has expired; give it a later end first."
    } else {
        return Ok(());
    };
    Err(Error::because(ProblemCode::WrongState, why))
}

/// Each once, in the order of the table.
fn tidied(scopes: &[Permission]) -> Vec<Permission> {
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Networks as they are compared; an address is a network of one.
fn written(networks: &[String]) -> Result<Vec<String>> {
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
    fn what_is_said_twice_is_kept_once() {
        let (read, write) = (Permission::OrdersRead, Permission::OrdersWrite);
        assert_eq!(tidied(&[write, read, write]), [read, write]);
        let networks = ["203.0.113.9", "203.0.113.9/32", "2001:DB8::/32"].map(str::to_owned);
        assert!(written(&networks).is_ok_and(|kept| kept == ["203.0.113.9/32", "2001:db8::/32"]));
    }
}
