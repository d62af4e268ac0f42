//! The account at Twilio or KORE with which a call is made.
//!
//! The API key of the account is the SID of the API key, or the client id at KORE. The other credentials are
//! `account_sid`, `auth_mode`, `auth_token`, `api_secret` and `webhook_secret`, as far as they are set.

use chrono::{DateTime, Utc};
use diesel::{pg::Pg, prelude::*};
use platform::{
    Conn, Result,
    crypto::{FieldContext, Keyring},
};
use schema::twilio_config;
use serde::Deserialize;
use std::collections::BTreeMap;
use suppliers::{Account, Secret};
use wire::{ProviderId, TwilioConfigId, integrations::twilio::TwilioAuthMode};

/// The address and the sealed credentials of an account.
#[derive(Clone, Queryable, Selectable, Deserialize)]
#[diesel(table_name = twilio_config, check_for_backend(Pg))]
pub struct SealedTwilio {
    id: TwilioConfigId,
    account_sid: String,
    api_key: Option<String>,
    api_base_url: String,
    auth_mode: TwilioAuthMode,
    /// The URL that is entered for webhooks at Twilio, if it differs from the address of this server.
    pub webhook_url: Option<String>,
    auth_token_encrypted: Option<String>,
    api_secret_encrypted: Option<String>,
    webhook_secret_encrypted: Option<String>,
    previous_auth_token_encrypted: Option<String>,
    previous_webhook_secret_encrypted: Option<String>,
    previous_until: Option<DateTime<Utc>>,
}

/// Returns an account that need not be active, to test it.
pub fn for_test(conn: &mut Conn, id: TwilioConfigId) -> Result<SealedTwilio> {
    Ok(twilio_config::table
        .find(id)
        .filter(twilio_config::deleted_at.is_null())
        .select(SealedTwilio::as_select())
        .first(conn)?)
}

/// Returns the context of a sealed column.
pub(crate) fn context(id: TwilioConfigId, column: &'static str) -> FieldContext<'static> {
    FieldContext::new("twilio_config", column, id.0)
}

impl SealedTwilio {
    /// Opens the credentials.
    pub fn open(&self, keys: &Keyring, provider: ProviderId) -> Result<Account> {
        let sealed = [
            (
                "auth_token",
                "auth_token_encrypted",
                &self.auth_token_encrypted,
            ),
            (
                "webhook_secret",
                "webhook_secret_encrypted",
                &self.webhook_secret_encrypted,
            ),
        ];
        self.account(keys, provider, &sealed)
    }

    /// Opens the account with the secrets of webhooks that were replaced, while they are accepted.
    pub fn open_previous(
        &self,
        keys: &Keyring,
        provider: ProviderId,
        now: DateTime<Utc>,
    ) -> Result<Option<Account>> {
        if self.previous_until.is_none_or(|until| until <= now) {
            return Ok(None);
        }
        let sealed = [
            (
                "auth_token",
                "previous_auth_token_encrypted",
                &self.previous_auth_token_encrypted,
            ),
            (
                "webhook_secret",
                "previous_webhook_secret_encrypted",
                &self.previous_webhook_secret_encrypted,
            ),
        ];
        self.account(keys, provider, &sealed).map(Some)
    }

    fn account(
        &self,
        keys: &Keyring,
        provider: ProviderId,
        sealed: &[(&'static str, &'static str, &Option<String>)],
    ) -> Result<Account> {
        let secret = (
            "api_secret",
            "api_secret_encrypted",
            &self.api_secret_encrypted,
        );
        let mut credentials = BTreeMap::from([
            (
                "account_sid".to_owned(),
                Secret::new(self.account_sid.clone()),
            ),
            (
                "auth_mode".to_owned(),
                Secret::new(self.auth_mode.as_str().to_owned()),
            ),
        ]);
        for (name, column, value) in sealed.iter().chain([&secret]) {
            if let Some(value) = value {
                let open = keys.open_text(context(self.id, column), value)?;
                credentials.insert((*name).to_owned(), Secret::new(open));
            }
        }
        Ok(Account {
            provider,
            endpoint: self.api_base_url.trim_end_matches('/').to_owned(),
            api_key: Secret::new(self.api_key.clone().unwrap_or_default()),
            credentials,
        })
    }
}
