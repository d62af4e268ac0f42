//! The account at a provider with which a call is made.

use super::twilio_account::SealedTwilio;
use chrono::{DateTime, Utc};
use diesel::{
    dsl::sql,
    expression::SqlLiteral,
    pg::Pg,
    prelude::*,
    sql_types::{Jsonb, Nullable},
};
use platform::{
    Conn, Error, Result,
    crypto::{FieldContext, Keyring},
};
use schema::data_providers;
use serde_json::Value;
use std::collections::BTreeMap;
use suppliers::{Account, Secret};
use wire::{ProviderId, integrations::providers::ProviderAdapter};

/// The address and the sealed credentials of a provider.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = data_providers, check_for_backend(Pg))]
pub struct SealedAccount {
    /// The provider.
    pub id: ProviderId,
    /// The integration.
    pub adapter: ProviderAdapter,
    api_endpoint: String,
    api_key_encrypted: String,
    credentials_encrypted: Option<String>,
    previous_key_encrypted: Option<String>,
    previous_credentials_encrypted: Option<String>,
    previous_until: Option<DateTime<Utc>>,
    /// The row of the active Twilio account, for an integration that uses it.
    #[diesel(select_expression = active_twilio(), select_expression_type = SqlLiteral<Nullable<Jsonb>>)]
    twilio: Option<Value>,
}

/// Selects the active Twilio account together with the provider, so that every query of accounts has it.
fn active_twilio() -> SqlLiteral<Nullable<Jsonb>> {
    sql(
        "(SELECT to_jsonb(twilio) FROM twilio_config twilio WHERE data_providers.adapter::text = 'super_sim' \
         AND twilio.is_active AND twilio.deleted_at IS NULL)",
    )
}

/// The sealed columns of a provider's credentials.
pub(crate) struct Columns {
    key: &'static str,
    credentials: &'static str,
}

/// The columns of the credentials in force.
pub(crate) const CURRENT: Columns = Columns {
    key: "api_key_encrypted",
    credentials: "credentials_encrypted",
};
/// The columns of the credentials that were replaced.
pub(crate) const PREVIOUS: Columns = Columns {
    key: "previous_key_encrypted",
    credentials: "previous_credentials_encrypted",
};

impl Columns {
    /// Returns the context of the sealed API key of a provider.
    pub(crate) fn key(&self, id: ProviderId) -> FieldContext<'static> {
        FieldContext::new("data_providers", self.key, id.0)
    }
    /// Returns the context of the other sealed credentials of a provider.
    pub(crate) fn credentials(&self, id: ProviderId) -> FieldContext<'static> {
        FieldContext::new("data_providers", self.credentials, id.0)
    }
}

/// Why a provider that uses the active Twilio account cannot be called.
pub(crate) const NO_TWILIO: &str =
    "No Twilio account is active. Activate one under Twilio configuration.";

/// Returns whether an integration takes its credentials from the active Twilio account.
pub const fn uses_twilio_config(adapter: ProviderAdapter) -> bool {
    matches!(adapter, ProviderAdapter::SuperSim)
}

/// Returns the sealed account of a provider. A deleted provider still has one: its open requests are looked up.
pub fn sealed_account(conn: &mut Conn, id: ProviderId) -> Result<SealedAccount> {
    Ok(data_providers::table
        .find(id)
        .select(SealedAccount::as_select())
        .first(conn)?)
}

/// Opens the credentials of a provider.
pub fn account(sealed: &SealedAccount, keys: &Keyring) -> Result<Account> {
    if uses_twilio_config(sealed.adapter) {
        return match sealed.twilio()? {
            Some(twilio) => twilio.open(keys, sealed.id),
            None => Err(Error::internal(NO_TWILIO)),
        };
    }
    let credentials = sealed.credentials_encrypted.as_deref();
    sealed.open(&CURRENT, &sealed.api_key_encrypted, credentials, keys)
}

/// Opens the credentials that were replaced, while webhooks that are signed with them are accepted.
pub fn previous_account(
    sealed: &SealedAccount,
    keys: &Keyring,
    now: DateTime<Utc>,
) -> Result<Option<Account>> {
    if let Some(twilio) = sealed.twilio()? {
        return twilio.open_previous(keys, sealed.id, now);
    }
    let (Some(key), Some(until)) = (&sealed.previous_key_encrypted, sealed.previous_until) else {
        return Ok(None);
    };
    if until <= now {
        return Ok(None);
    }
    let credentials = sealed.previous_credentials_encrypted.as_deref();
    sealed.open(&PREVIOUS, key, credentials, keys).map(Some)
}

impl SealedAccount {
    /// Returns the URL that is entered for webhooks at the provider, where it differs from the address of this server.
    pub fn webhook_url(&self) -> Result<Option<String>> {
        Ok(self.twilio()?.and_then(|twilio| twilio.webhook_url))
    }

    fn twilio(&self) -> Result<Option<SealedTwilio>> {
        let row = self.twilio.clone().map(serde_json::from_value);
        // The cause is left out, because it can contain a part of the row.
        row.transpose()
            .map_err(|_| Error::internal("the active Twilio account cannot be read"))
    }

    fn open(
        &self,
        columns: &Columns,
        key: &str,
        credentials: Option<&str>,
        keys: &Keyring,
    ) -> Result<Account> {
        let api_key = Secret::new(keys.open_text(columns.key(self.id), key)?);
        let credentials = match credentials {
            None => BTreeMap::new(),
            Some(sealed) => open_credentials(keys, columns.credentials(self.id), sealed)?,
        };
        Ok(Account {
            provider: self.id,
            endpoint: self.api_endpoint.trim_end_matches('/').to_owned(),
            api_key,
            credentials,
        })
    }
}

/// Opens credentials: a sealed JSON object of texts.
pub(crate) fn open_credentials(
    keys: &Keyring,
    context: FieldContext<'_>,
    sealed: &str,
) -> Result<BTreeMap<String, Secret>> {
    let text = Secret::new(keys.open_text(context, sealed)?);
    // The cause is left out, because it can contain a part of the text.
    let values: BTreeMap<String, String> = serde_json::from_str(&text)
        .map_err(|_| Error::internal("the credentials of the provider are not JSON"))?;
    let secret = |(name, value)| (name, Secret::new(value));
    Ok(values.into_iter().map(secret).collect())
}

/// Seals credentials; `None` when there are none.
pub(crate) fn seal_credentials(
    keys: &Keyring,
    context: FieldContext<'_>,
    values: &BTreeMap<String, Secret>,
) -> Result<Option<String>> {
    if values.is_empty() {
        return Ok(None);
    }
    let plain: BTreeMap<&str, &str> = values
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let text = Secret::new(serde_json::to_string(&plain).map_err(Error::internal)?);
    keys.seal_text(context, &text).map(Some)
}

/// Returns the last four characters of a secret, if it is long enough that they do not reveal it.
pub(crate) fn last4(secret: &str) -> Option<String> {
    let length = secret.chars().count();
    (length >= 8).then(|| secret.chars().skip(length.saturating_sub(4)).collect())
}
