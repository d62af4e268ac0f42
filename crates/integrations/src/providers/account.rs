//! The account at a provider with which a call is made.

use diesel::{pg::Pg, prelude::*};
use platform::{
    Conn, Error, Result,
    crypto::{FieldContext, Keyring},
};
use schema::data_providers;
use std::collections::BTreeMap;
use suppliers::{Account, Secret};
use wire::ProviderId;

/// The address and the sealed credentials of a provider.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = data_providers, check_for_backend(Pg))]
pub struct SealedAccount {
    /// The provider.
    pub id: ProviderId,
    /// The base URL of the API.
    pub api_endpoint: String,
    /// The sealed API key.
    pub api_key_encrypted: String,
    /// The other credentials: a sealed JSON object of texts.
    pub credentials_encrypted: Option<String>,
}

/// Returns the sealed account of a provider.
pub fn sealed_account(conn: &mut Conn, id: ProviderId) -> Result<SealedAccount> {
    Ok(data_providers::table
        .find(id)
        .select(SealedAccount::as_select())
        .first(conn)?)
}

/// Opens the credentials of a provider.
pub fn account(row: &SealedAccount, keys: &Keyring) -> Result<Account> {
    let api_key = keys.open_text(key_context(row.id), &row.api_key_encrypted)?;
    let credentials = match &row.credentials_encrypted {
        None => BTreeMap::new(),
        Some(sealed) => {
            let text = Secret::new(keys.open_text(credentials_context(row.id), sealed)?);
            // The cause is left out, because it can contain a part of the text.
            let values: BTreeMap<String, String> = serde_json::from_str(&text)
                .map_err(|_| Error::internal("the credentials of the provider are not JSON"))?;
            let secret = |(name, value)| (name, Secret::new(value));
            values.into_iter().map(secret).collect()
        }
    };
    Ok(Account {
        provider: row.id,
        endpoint: row.api_endpoint.trim_end_matches('/').to_owned(),
        api_key: Secret::new(api_key),
        credentials,
    })
}

/// Returns the context of the sealed API key of a provider.
pub fn key_context(id: ProviderId) -> FieldContext<'static> {
    FieldContext::new("data_providers", "api_key_encrypted", id.0)
}

/// Returns the context of the other sealed credentials of a provider.
pub fn credentials_context(id: ProviderId) -> FieldContext<'static> {
    FieldContext::new("data_providers", "credentials_encrypted", id.0)
}
