//! Accounts at Twilio or at KORE, which took over Twilio's eSIM business. The token and the secrets are write-only:
//! they have no field here.

use crate::TwilioConfigId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Authentication method of a Twilio account.
    TwilioAuthMode: TwilioAuthMode, "twilio_auth_mode" { Basic = "basic", Oauth2ClientCredentials = "oauth2_client_credentials" }
}

/// An account at Twilio or KORE. At most one is active.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::twilio_config, check_for_backend(diesel::pg::Pg)))]
pub struct TwilioConfig {
    /// ID of the account.
    pub id: TwilioConfigId,
    /// Account SID: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// Name of the API key; the API never returns its secret.
    pub api_key: Option<String>,
    /// URL of the webhooks.
    pub webhook_url: Option<String>,
    /// Base URL of the API.
    pub api_base_url: String,
    /// Authentication method.
    pub auth_mode: TwilioAuthMode,
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
