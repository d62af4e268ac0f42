//! Accounts for Super SIM at Twilio or at KORE, which took over Twilio's eSIM business. The token and the secrets are
//! write-only: responses have their last four characters.

use crate::{
    Check, FieldErrors, ProviderId, Resource, TwilioConfigId, check::edit_field,
    integrations::providers::ProviderRun,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

text_enum! {
    /// Authentication method of a Twilio account.
    TwilioAuthMode: TwilioAuthMode, "twilio_auth_mode" {
        /// Account SID and auth token, or API key and its secret: Twilio.
        Basic = "basic",
        /// Client id and client secret: KORE.
        Oauth2ClientCredentials = "oauth2_client_credentials",
    }
}

/// The base URL of KORE's API.
pub const KORE_API: &str = "https://supersim.api.korewireless.com";
/// The base URL of Twilio's API.
pub const TWILIO_API: &str = "https://supersim.twilio.com";

/// An account at Twilio or KORE. At most one is active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::twilio_config, check_for_backend(diesel::pg::Pg)))]
pub struct TwilioConfig {
    /// ID of the account.
    pub id: TwilioConfigId,
    /// Account SID: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// SID of the API key, or the client id at KORE; the API never returns its secret.
    pub api_key: Option<String>,
    /// URL that is entered for webhooks at Twilio, if it differs from the address that this server shows.
    pub webhook_url: Option<String>,
    /// Base URL of the API.
    pub api_base_url: String,
    /// Authentication method.
    pub auth_mode: TwilioAuthMode,
    /// Last four characters of the auth token; null when none is set.
    pub auth_token_last4: Option<String>,
    /// Last four characters of the secret of the API key, or of the client secret; null when none is set.
    pub api_secret_last4: Option<String>,
    /// Last four characters of the secret that signs webhooks; null when none is set.
    pub webhook_secret_last4: Option<String>,
    /// Until when webhooks that are signed with the previous secrets are accepted.
    pub previous_until: Option<DateTime<Utc>>,
    /// Whether the account is the active one.
    pub is_active: bool,
    /// When the account was last synchronized.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// Version of the account, as sent in the `ETag`.
    pub version: i32,
    /// When the account was created.
    pub created_at: DateTime<Utc>,
    /// When the account was last changed.
    pub updated_at: DateTime<Utc>,
}

/// An account to add. It becomes active by its own action.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewTwilioConfig {
    /// Account SID: `AC` and 32 hexadecimal digits.
    #[cfg_attr(
        feature = "server",
        schema(example = "AC00000000000000000000000000000000")
    )]
    pub account_sid: String,
    /// SID of the API key, `SK` and 32 hexadecimal digits; the client id at KORE.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "a-client-id"))]
    pub api_key: Option<String>,
    /// Auth token of the account. Twilio signs webhooks with it.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(format = Password, example = json!(null)))]
    pub auth_token: Option<String>,
    /// Secret of the API key; the client secret at KORE.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(format = Password, example = "a-secret-of-your-own"))]
    pub api_secret: Option<String>,
    /// Secret with which KORE signs webhooks.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(format = Password, example = json!(null)))]
    pub webhook_secret: Option<String>,
    /// URL that is entered for webhooks at Twilio, if it differs from the address that this server shows.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = json!(null)))]
    pub webhook_url: Option<String>,
    /// Base URL of the API.
    #[serde(default = "kore")]
    #[cfg_attr(
        feature = "server",
        schema(example = "https://supersim.api.korewireless.com")
    )]
    pub api_base_url: String,
    /// Authentication method.
    #[serde(default = "oauth2")]
    pub auth_mode: TwilioAuthMode,
}

/// A change of an account; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditTwilioConfig {
    /// SID of the API key, or the client id at KORE; null removes it.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub api_key: Option<Option<String>>,
    /// A new auth token; null removes it. Webhooks that are signed with the previous one are accepted for a day.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub auth_token: Option<Option<String>>,
    /// A new secret of the API key, or client secret; null removes it.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub api_secret: Option<Option<String>>,
    /// A new secret that signs webhooks; null removes it. Webhooks that are signed with the previous one are accepted for
    /// a day.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub webhook_secret: Option<Option<String>>,
    /// URL that is entered for webhooks at Twilio; null for the address that this server shows.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub webhook_url: Option<Option<String>>,
    /// Base URL of the API. Requires the permission to replace keys, because the secrets are sent there.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub api_base_url: Option<String>,
    /// Authentication method.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub auth_mode: Option<TwilioAuthMode>,
}

impl EditTwilioConfig {
    /// Returns whether the change replaces a secret, or decides which host receives the secrets.
    pub const fn concerns_secrets(&self) -> bool {
        self.auth_token.is_some()
            || self.api_secret.is_some()
            || self.webhook_secret.is_some()
            || self.api_base_url.is_some()
            || self.auth_mode.is_some()
    }
}

/// The connection of an account: the address of its webhooks, and how the last calls ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TwilioConnection {
    /// The provider that orders with the account; null while there is none.
    pub provider_id: Option<ProviderId>,
    /// The URL to enter for webhooks at Twilio or KORE; null while there is no such provider.
    pub webhook_url: Option<String>,
    /// The last test of the connection.
    pub last_test: Option<ProviderRun>,
    /// The last read of the eSIMs.
    pub last_sync: Option<ProviderRun>,
}

filter! {
    /// Filter of the list of Twilio accounts.
    TwilioConfigFilter {
        /// Active or not.
        is_active: bool,
        /// Prefix of an account SID.
        q: String,
    }
}
sort_keys!(
    /// Sort keys of the list of Twilio accounts.
    TwilioConfigSort { CreatedAt = "created_at" desc });

fn kore() -> String {
    KORE_API.to_owned()
}
const fn oauth2() -> TwilioAuthMode {
    TwilioAuthMode::Oauth2ClientCredentials
}

impl Resource for TwilioConfig {
    const PATH: &'static str = "/v1/twilio-configs";
    const ONE: &'static str = "Twilio account";
    const MANY: &'static str = "Twilio accounts";
    type Id = TwilioConfigId;
    type Filter = TwilioConfigFilter;
    type Sort = TwilioConfigSort;
    fn id(&self) -> TwilioConfigId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.account_sid.clone()
    }
}

/// Returns whether a text is a SID: two letters and 32 hexadecimal digits in lower case.
pub fn is_sid(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        digits.len() == 32
            && digits
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Returns the error of an API key that does not fit the authentication method, if any.
pub fn api_key_error(mode: TwilioAuthMode, key: &str) -> Option<&'static str> {
    (mode == TwilioAuthMode::Basic && !is_sid("SK", key))
        .then_some("Enter the SID of the API key: SK and 32 hexadecimal digits.")
}

fn secret(bad: &mut FieldErrors, field: &str, value: Option<&String>) {
    if let Some(value) = value {
        bad.length(field, value, 8, 500);
    }
}

fn address(bad: &mut FieldErrors, field: &str, value: &str) {
    bad.length(field, value, 1, 500);
    bad.api_endpoint(field, value);
}

impl Check for NewTwilioConfig {
    fn check(&self, bad: &mut FieldErrors) {
        if !is_sid("AC", &self.account_sid) {
            bad.add(
                "account_sid",
                "sid",
                "Enter the account SID: AC and 32 hexadecimal digits.",
            );
        }
        if let Some(key) = &self.api_key {
            bad.length("api_key", key, 1, 100);
            if let Some(message) = api_key_error(self.auth_mode, key) {
                bad.add("api_key", "sid", message);
            }
        }
        secret(bad, "auth_token", self.auth_token.as_ref());
        secret(bad, "api_secret", self.api_secret.as_ref());
        secret(bad, "webhook_secret", self.webhook_secret.as_ref());
        if let Some(url) = &self.webhook_url {
            address(bad, "webhook_url", url);
        }
        address(bad, "api_base_url", &self.api_base_url);
    }
}

impl Check for EditTwilioConfig {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(Some(key)) = &self.api_key {
            bad.length("api_key", key, 1, 100);
        }
        secret(
            bad,
            "auth_token",
            self.auth_token.as_ref().and_then(Option::as_ref),
        );
        secret(
            bad,
            "api_secret",
            self.api_secret.as_ref().and_then(Option::as_ref),
        );
        secret(
            bad,
            "webhook_secret",
            self.webhook_secret.as_ref().and_then(Option::as_ref),
        );
        if let Some(Some(url)) = &self.webhook_url {
            address(bad, "webhook_url", url);
        }
        if let Some(url) = &self.api_base_url {
            address(bad, "api_base_url", url);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sid_accepts_only_prefix_and_hexadecimal_digits() {
        assert!(is_sid("AC", &format!("AC{}", "0a".repeat(16))));
        for text in [
            String::new(),
            "AC".to_owned(),
            format!("AC{}", "0A".repeat(16)),
            format!("SK{}", "0a".repeat(16)),
            format!("AC{}", "0a".repeat(17)),
            format!("AC{} ", "0a".repeat(16)),
            format!("AC{}", "é".repeat(16)),
        ] {
            assert!(!is_sid("AC", &text), "{text}");
        }
    }
}
