//! Decisions about providers.

use super::{
    account::{CURRENT, PREVIOUS, last4, open_credentials, seal_credentials},
    adapters::{self, supplier},
    jobs::TestProvider,
    query::{self, Changes, Credentials, Row},
};
use crate::runs::{self, RunSubject};
use wire::{
    FieldError, ProblemCode, ProviderId,
    integrations::providers::{
        AdapterCapabilities, EditProvider, NewProvider, Provider, ProviderAdapter,
        ProviderConnection, ProviderRun, ProviderRunKind,
    },
    system::audit::AuditAction,
    web_address::is_loopback,
};

use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Conn, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    config::Environment,
    jobs,
};
use serde_json::json;
use std::collections::BTreeMap;
use suppliers::{
    Balance, Secret,
    http::{Network, check_endpoint as check_address},
};

/// How long webhooks that are signed with a replaced key are accepted.
const OVERLAP: TimeDelta = TimeDelta::days(1);

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

/// Rejects an address that the server must not call. Development allows a plain loopback address, for programs that stand
/// in for a provider.
pub fn check_endpoint(environment: Environment, field: &str, endpoint: &str) -> Result<()> {
    if environment == Environment::Development && is_loopback(endpoint) {
        return Ok(());
    }
    check_address(endpoint, Network::Public)
        .map_err(|why| Error::field(field, why.code(), why.to_string()))
}

/// Rejects credentials that the integration does not know, and the absence of those that it needs.
fn check_credentials<'a>(
    adapter: &AdapterCapabilities,
    has_key: bool,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Result<()> {
    let mut errors = Vec::new();
    let mut add = |field: String, code: &str, message: String| {
        errors.push(FieldError {
            field,
            code: code.to_owned(),
            message,
        });
    };
    if !adapter.api_key_label.is_empty() && !has_key {
        let message = format!("Enter the {}.", adapter.api_key_label);
        add("api_key".to_owned(), "required", message);
    }
    for name in names.clone() {
        if !adapter.credentials.iter().any(|known| known.name == name) {
            let message = "The integration has no such credential.".to_owned();
            add(format!("credentials.{name}"), "unknown", message);
        }
    }
    for known in &adapter.credentials {
        if known.is_required && !names.clone().any(|name| name == known.name) {
            let message = format!("Enter the {}.", known.label);
            add(format!("credentials.{}", known.name), "required", message);
        }
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(Error::fields(errors)),
    }
}

/// Returns what the integration of an adapter can do.
pub fn capabilities(ctx: &Ctx, adapter: ProviderAdapter) -> Result<AdapterCapabilities> {
    let supplier = supplier(ctx, adapter)?;
    Ok(adapters::describe(adapter, &supplier.capabilities()))
}

/// Adds a provider.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, ctx: &Ctx, new: &NewProvider) -> Result<Provider> {
    ensure_usable(&ctx.adapters(), new.adapter, "adapter")?;
    check_endpoint(ctx.config.environment, "api_endpoint", &new.api_endpoint)?;
    let capabilities = capabilities(ctx, new.adapter)?;
    check_credentials(
        &capabilities,
        !new.api_key.is_empty(),
        new.credentials.keys().map(String::as_str),
    )?;
    let id = ProviderId::new();
    let key = actor.keys.seal_text(CURRENT.key(id), &new.api_key)?;
    let values = new
        .credentials
        .iter()
        .map(|(name, value)| (name.clone(), Secret::new(value.clone())))
        .collect();
    let credentials = seal_credentials(&actor.keys, CURRENT.credentials(id), &values)?;
    let provider = query::insert(tx, Row::new(id, new, &key, credentials.as_deref()))?;
    // The values are left out; the names say which credentials are set.
    let change = json!({
        "name": new.name, "adapter": new.adapter, "api_endpoint": new.api_endpoint,
        "credentials": provider.credential_names, "is_sandbox": new.is_sandbox,
    });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ProviderCreate, id).with_change(change),
    )?;
    Ok(provider)
}

/// Changes a provider. The audit log records the changed values; of the credentials it records only that they were replaced.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    ctx: &Ctx,
    id: ProviderId,
    version: i32,
    edit: &EditProvider,
    now: DateTime<Utc>,
) -> Result<Provider> {
    let before = query::lock(tx, id)?;
    if edit.is_active == Some(true) && !before.is_active {
        ensure_usable(&ctx.adapters(), before.adapter, "is_active")?;
    }
    if let Some(endpoint) = &edit.api_endpoint {
        check_endpoint(ctx.config.environment, "api_endpoint", endpoint)?;
    }
    let credentials = replace_credentials(tx.conn(), actor, ctx, &before, edit, now)?;
    let changes = Changes {
        name: edit.name.as_deref(),
        provider_type: edit.provider_type.as_ref().map(Option::as_deref),
        api_endpoint: edit.api_endpoint.as_deref(),
        is_sandbox: edit.is_sandbox,
        low_balance_threshold: edit.low_balance_threshold.clone(),
        sync_interval_hours: edit.sync_interval_hours,
        credentials,
        priority: edit.priority,
        is_active: edit.is_active,
    };
    let after = query::update(tx, id, version, &changes)?
        .ok_or_else(|| Error::refuse(ProblemCode::Stale))?;
    let mut change = audit::change(&before, &after);
    if let Some(fields) = change.as_object_mut() {
        if edit.api_key.is_some() {
            fields.insert("api_key".into(), "replaced".into());
        }
        for (name, value) in edit.credentials.iter().flatten() {
            let word = if value.is_some() {
                "replaced"
            } else {
                "removed"
            };
            fields.insert(format!("credentials.{name}"), word.into());
        }
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::ProviderEdit, id).with_change(change),
    )?;
    Ok(after)
}

/// Seals the credentials of a change, and keeps the previous ones for the signatures of webhooks.
fn replace_credentials(
    conn: &mut Conn,
    actor: &Actor,
    ctx: &Ctx,
    before: &Provider,
    edit: &EditProvider,
    now: DateTime<Utc>,
) -> Result<Credentials> {
    if edit.api_key.is_none() && edit.credentials.is_none() {
        return Ok(Credentials::default());
    }
    let (id, keys) = (before.id, &actor.keys);
    let sealed = query::sealed_credentials(conn, id)?;
    let key = Secret::new(keys.open_text(CURRENT.key(id), &sealed.api_key_encrypted)?);
    let previous = match &sealed.credentials_encrypted {
        None => BTreeMap::new(),
        Some(sealed) => open_credentials(keys, CURRENT.credentials(id), sealed)?,
    };
    let mut values = previous.clone();
    for (name, value) in edit.credentials.iter().flatten() {
        match value {
            Some(value) => values.insert(name.clone(), Secret::new(value.clone())),
            None => values.remove(name),
        };
    }
    let has_key = edit.api_key.is_some() || !key.is_empty();
    check_credentials(
        &capabilities(ctx, before.adapter)?,
        has_key,
        values.keys().map(String::as_str),
    )?;
    let new_key = edit.api_key.as_deref();
    Ok(Credentials {
        api_key_encrypted: new_key
            .map(|key| keys.seal_text(CURRENT.key(id), key))
            .transpose()?,
        api_key_last4: new_key.map(last4),
        credentials_encrypted: Some(seal_credentials(keys, CURRENT.credentials(id), &values)?),
        credential_names: Some(values.keys().cloned().collect()),
        previous_key_encrypted: Some(Some(keys.seal_text(PREVIOUS.key(id), &key)?)),
        previous_credentials_encrypted: Some(seal_credentials(
            keys,
            PREVIOUS.credentials(id),
            &previous,
        )?),
        previous_until: Some(now.checked_add_signed(OVERLAP)),
    })
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

/// Requests a test of the connection to a provider.
pub fn request_test(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProviderId,
    now: DateTime<Utc>,
) -> Result<ProviderRun> {
    query::find(tx.conn(), id)?;
    let (run, is_new) = runs::start(
        tx,
        actor,
        RunSubject::Provider(id),
        ProviderRunKind::Test,
        now,
    )?;
    if is_new {
        jobs::enqueue(tx, &TestProvider { run: run.id })?;
        audit::record(tx, actor, AuditEvent::new(AuditAction::ProviderTest, id))?;
    }
    Ok(run)
}

/// Returns the connection to a provider.
pub fn connection(conn: &mut Conn, ctx: &Ctx, id: ProviderId) -> Result<ProviderConnection> {
    let provider = query::find(conn, id)?;
    let capabilities = capabilities(ctx, provider.adapter)?;
    let webhook_url = match capabilities.has_webhooks {
        true => Some(webhook_url(conn, ctx, id)?),
        false => None,
    };
    let now = ctx.clock.now();
    let mut last = |kind| runs::last(conn, RunSubject::Provider(id), kind);
    let (last_test, last_balance, last_sync) = (
        last(ProviderRunKind::Test)?,
        last(ProviderRunKind::Balance)?,
        last(ProviderRunKind::Catalog)?,
    );
    let next_sync_at = provider
        .sync_interval_hours
        .filter(|_| provider.is_active && capabilities.has_catalog)
        .map(|hours| next_sync(last_sync.as_ref(), hours, now));
    Ok(ProviderConnection {
        provider_id: id,
        webhook_url,
        previous_key_until: query::previous_until(conn, id)?.filter(|until| *until > now),
        balance: query::balance(conn, id)?,
        capabilities,
        last_test,
        last_balance,
        last_sync,
        next_sync_at,
    })
}

/// Returns when the catalog of a provider is due.
pub fn next_sync(last: Option<&ProviderRun>, hours: i32, now: DateTime<Utc>) -> DateTime<Utc> {
    let due = last.and_then(|run| {
        run.created_at
            .checked_add_signed(TimeDelta::hours(hours.into()))
    });
    due.map_or(now, |due| due.max(now))
}

/// Returns the URL to enter at a provider for its webhooks. The token in it is known to the provider only.
pub fn webhook_url(conn: &mut Conn, ctx: &Ctx, id: ProviderId) -> Result<String> {
    let token = query::webhook_address(conn, id)?.webhook_token;
    let base = ctx.config.public_url.trim_end_matches('/');
    Ok(format!("{base}/v1/webhooks/providers/{id}/{token}"))
}

/// How a balance differs from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BalanceChange {
    /// It fell below the threshold.
    Fell,
    /// It is above the threshold again.
    Recovered,
    /// It is on the same side of the threshold.
    Same,
}

/// Stores a balance, and returns whether it crossed the threshold. A balance exactly at the threshold is not low.
pub fn record_balance(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProviderId,
    balance: &Balance,
    now: DateTime<Utc>,
) -> Result<BalanceChange> {
    let provider = query::lock(tx, id)?;
    let before = query::balance(tx.conn(), id)?;
    let is_low = provider
        .low_balance_threshold
        .as_ref()
        .is_some_and(|threshold| balance.amount < *threshold);
    let since = before.as_ref().and_then(|before| before.low_since);
    let low_since = is_low.then(|| since.unwrap_or(now));
    query::set_balance(tx, id, balance, low_since, now)?;
    Ok(match (since.is_some(), is_low) {
        (false, true) => {
            let change = json!({ "amount": balance.amount, "currency": balance.currency, "threshold": provider.low_balance_threshold });
            let event = AuditEvent::new(AuditAction::ProviderBalanceLow, id);
            audit::record(tx, actor, event.with_change(change))?;
            BalanceChange::Fell
        }
        (true, false) => BalanceChange::Recovered,
        _ => BalanceChange::Same,
    })
}
