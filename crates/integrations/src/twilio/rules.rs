//! Decisions about Twilio accounts.

use super::{
    jobs::TestTwilio,
    query::{self, Changes, Row, Secrets},
};
use crate::{
    providers::{self, last4, twilio_account::context},
    runs::{self, RunSubject},
};
use chrono::{DateTime, TimeDelta, Utc};
use platform::{
    Actor, Conn, Ctx, Error, Result, Tx,
    audit::{self, AuditEvent},
    config::Environment,
    crypto::Keyring,
    jobs,
};
use serde_json::json;
use wire::{
    ProblemCode, TwilioConfigId,
    integrations::{
        providers::{ProviderRun, ProviderRunKind},
        twilio::{
            EditTwilioConfig, KORE_API, NewTwilioConfig, TWILIO_API, TwilioAuthMode, TwilioConfig,
            TwilioConnection, api_key_error,
        },
    },
    system::audit::AuditAction,
};

/// How long webhooks that are signed with a replaced secret are accepted.
const OVERLAP: TimeDelta = TimeDelta::days(1);

/// Rejects a host that is neither Twilio's nor KORE's. Development allows others, for programs that stand in for them.
pub fn check_hosts(
    environment: Environment,
    api_base_url: Option<&str>,
    webhook_url: Option<&str>,
) -> Result<()> {
    if environment == Environment::Development {
        return Ok(());
    }
    if let Some(url) = api_base_url
        && ![KORE_API, TWILIO_API].contains(&url.trim_end_matches('/'))
    {
        return Err(Error::field(
            "api_base_url",
            "not_allowed",
            format!("Must be {KORE_API} or {TWILIO_API}."),
        ));
    }
    match webhook_url {
        Some(url) => providers::check_endpoint(environment, "webhook_url", url),
        None => Ok(()),
    }
}

/// The credentials that an account has.
#[derive(Debug, Clone, Copy)]
struct Given {
    has_key: bool,
    has_secret: bool,
    has_token: bool,
}

/// Rejects an account without the credentials that its authentication method needs.
fn check_credentials(mode: TwilioAuthMode, given: Given) -> Result<()> {
    let missing = match mode {
        TwilioAuthMode::Oauth2ClientCredentials if !given.has_key => {
            Some(("api_key", "Enter the client id."))
        }
        TwilioAuthMode::Oauth2ClientCredentials if !given.has_secret => {
            Some(("api_secret", "Enter the client secret."))
        }
        TwilioAuthMode::Basic if given.has_key && !given.has_secret => {
            Some(("api_secret", "Enter the secret of the API key."))
        }
        TwilioAuthMode::Basic if !given.has_key && !given.has_token => Some((
            "auth_token",
            "Enter the auth token, or an API key and its secret.",
        )),
        _ => None,
    };
    match missing {
        Some((field, message)) => Err(Error::field(field, "required", message)),
        None => Ok(()),
    }
}

/// Adds an account, which is not active.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: &NewTwilioConfig) -> Result<TwilioConfig> {
    check_credentials(
        new.auth_mode,
        Given {
            has_key: new.api_key.is_some(),
            has_secret: new.api_secret.is_some(),
            has_token: new.auth_token.is_some(),
        },
    )?;
    if query::has_account(tx.conn(), &new.account_sid)? {
        return Err(Error::field(
            "account_sid",
            "taken",
            "Another Twilio account has this SID.",
        ));
    }
    let id = TwilioConfigId::new();
    let secrets = sealed(
        &actor.keys,
        id,
        &EditTwilioConfig {
            auth_token: Some(new.auth_token.clone()),
            api_secret: Some(new.api_secret.clone()),
            webhook_secret: Some(new.webhook_secret.clone()),
            ..EditTwilioConfig::default()
        },
    )?;
    let row = Row {
        id,
        account_sid: &new.account_sid,
        api_key: new.api_key.as_deref(),
        webhook_url: new.webhook_url.as_deref(),
        api_base_url: new.api_base_url.trim_end_matches('/'),
        auth_mode: new.auth_mode,
        is_active: false,
        secrets,
    };
    let config = query::insert(tx, row)?;
    let change = json!({ "account_sid": config.account_sid, "api_base_url": config.api_base_url, "auth_mode": config.auth_mode });
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TwilioConfigCreate, id).with_change(change),
    )?;
    Ok(config)
}

/// Seals the secrets of a change.
fn sealed(keys: &Keyring, id: TwilioConfigId, edit: &EditTwilioConfig) -> Result<Secrets> {
    let seal = |column: &'static str, value: &Option<Option<String>>| match value {
        None => Ok(None),
        Some(None) => Ok(Some(None)),
        Some(Some(plain)) => keys
            .seal_text(context(id, column), plain)
            .map(|sealed| Some(Some(sealed))),
    };
    let shown = |value: &Option<Option<String>>| {
        value.as_ref().map(|value| value.as_deref().and_then(last4))
    };
    Ok(Secrets {
        auth_token_encrypted: seal("auth_token_encrypted", &edit.auth_token)?,
        auth_token_last4: shown(&edit.auth_token),
        api_secret_encrypted: seal("api_secret_encrypted", &edit.api_secret)?,
        api_secret_last4: shown(&edit.api_secret),
        webhook_secret_encrypted: seal("webhook_secret_encrypted", &edit.webhook_secret)?,
        webhook_secret_last4: shown(&edit.webhook_secret),
        ..Secrets::default()
    })
}

/// Changes an account. The secrets that sign webhooks stay accepted for a day.
pub fn edit(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TwilioConfigId,
    version: i32,
    edit: &EditTwilioConfig,
    now: DateTime<Utc>,
) -> Result<TwilioConfig> {
    let before = lock(tx, id, version)?;
    let mode = edit.auth_mode.unwrap_or(before.auth_mode);
    let key = edit.api_key.clone().unwrap_or(before.api_key.clone());
    if let Some(message) = key.as_deref().and_then(|key| api_key_error(mode, key)) {
        return Err(Error::field("api_key", "sid", message));
    }
    let stays = |change: &Option<Option<String>>, before: &Option<String>| {
        change.as_ref().map_or(before.is_some(), Option::is_some)
    };
    check_credentials(
        mode,
        Given {
            has_key: key.is_some(),
            has_secret: stays(&edit.api_secret, &before.api_secret_last4),
            has_token: stays(&edit.auth_token, &before.auth_token_last4),
        },
    )?;
    let mut secrets = sealed(&actor.keys, id, edit)?;
    if edit.auth_token.is_some() || edit.webhook_secret.is_some() {
        keep_previous(tx.conn(), &actor.keys, id, &mut secrets, now)?;
    }
    let changes = Changes {
        api_key: edit.api_key.as_ref().map(Option::as_deref),
        webhook_url: edit.webhook_url.as_ref().map(Option::as_deref),
        api_base_url: edit
            .api_base_url
            .as_deref()
            .map(|url| url.trim_end_matches('/')),
        auth_mode: edit.auth_mode,
    };
    let after = query::update_config(tx, id, &changes, &secrets)?;
    let mut change = audit::change(&before, &after);
    if let Some(fields) = change.as_object_mut() {
        for (name, value) in [
            ("auth_token", &edit.auth_token),
            ("api_secret", &edit.api_secret),
            ("webhook_secret", &edit.webhook_secret),
        ] {
            if let Some(value) = value {
                let word = if value.is_some() {
                    "replaced"
                } else {
                    "removed"
                };
                fields.insert(name.to_owned(), word.into());
            }
        }
    }
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TwilioConfigEdit, id).with_change(change),
    )?;
    Ok(after)
}

/// Moves the secrets that sign webhooks to the columns of the previous ones.
fn keep_previous(
    conn: &mut Conn,
    keys: &Keyring,
    id: TwilioConfigId,
    secrets: &mut Secrets,
    now: DateTime<Utc>,
) -> Result<()> {
    let signing = query::signing_secrets(conn, id)?;
    let reseal = |from: &'static str, to: &'static str, value: Option<String>| {
        value
            .map(|sealed| {
                let plain = suppliers::Secret::new(keys.open_text(context(id, from), &sealed)?);
                keys.seal_text(context(id, to), &plain)
            })
            .transpose()
    };
    secrets.previous_auth_token_encrypted = Some(reseal(
        "auth_token_encrypted",
        "previous_auth_token_encrypted",
        signing.auth_token_encrypted,
    )?);
    secrets.previous_webhook_secret_encrypted = Some(reseal(
        "webhook_secret_encrypted",
        "previous_webhook_secret_encrypted",
        signing.webhook_secret_encrypted,
    )?);
    secrets.previous_until = Some(now.checked_add_signed(OVERLAP));
    Ok(())
}

fn lock(tx: &mut Tx<'_>, id: TwilioConfigId, version: i32) -> Result<TwilioConfig> {
    let config = query::lock(tx, id)?;
    if config.version == version {
        Ok(config)
    } else {
        Err(Error::refuse(ProblemCode::Stale))
    }
}

/// Makes an account the active one.
pub fn activate(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TwilioConfigId,
    version: i32,
) -> Result<TwilioConfig> {
    let config = lock(tx, id, version)?;
    if config.is_active {
        return Ok(config);
    }
    let replaced = query::deactivate(tx)?;
    let config = query::activate(tx, id)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TwilioConfigActivate, id)
            .with_change(json!({ "replaced": replaced })),
    )?;
    Ok(config)
}

/// Deletes an account that is not active.
pub fn remove(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TwilioConfigId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<()> {
    if lock(tx, id, version)?.is_active {
        return Err(Error::with_detail(
            ProblemCode::WrongState,
            "The account is active. Activate another one first.",
        ));
    }
    query::remove(tx, id, now)?;
    audit::record(
        tx,
        actor,
        AuditEvent::new(AuditAction::TwilioConfigDelete, id),
    )
}

/// Requests a test of an account.
pub fn request_test(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: TwilioConfigId,
    now: DateTime<Utc>,
) -> Result<ProviderRun> {
    query::find(tx.conn(), id)?;
    let (run, is_new) = runs::start(
        tx,
        actor,
        RunSubject::Twilio(id),
        ProviderRunKind::Test,
        now,
    )?;
    if is_new {
        jobs::enqueue(tx, &TestTwilio { run: run.id })?;
        audit::record(
            tx,
            actor,
            AuditEvent::new(AuditAction::TwilioConfigTest, id),
        )?;
    }
    Ok(run)
}

/// Returns the connection of an account.
pub fn connection(conn: &mut Conn, ctx: &Ctx, id: TwilioConfigId) -> Result<TwilioConnection> {
    let config = query::find(conn, id)?;
    let provider = query::super_sim_provider(conn)?;
    let address = match (config.webhook_url, provider) {
        (Some(url), _) => Some(url),
        (None, Some(provider)) => Some(providers::webhook_url(conn, ctx, provider)?),
        (None, None) => None,
    };
    let mut last = |kind| runs::last(conn, RunSubject::Twilio(id), kind);
    Ok(TwilioConnection {
        provider_id: provider,
        webhook_url: address,
        last_test: last(ProviderRunKind::Test)?,
        last_sync: last(ProviderRunKind::Esims)?,
    })
}
