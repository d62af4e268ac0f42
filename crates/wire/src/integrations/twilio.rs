//! Accounts at Twilio or at KORE, which took its eSIM business over. The token and the secrets are write-only: they
//! have no field here.

use crate::TwilioConfigId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How we sign in there.
    TwilioAuthMode: TwilioAuthMode, "twilio_auth_mode" { Basic = "basic", Oauth2ClientCredentials = "oauth2_client_credentials" }
}

/// An account at Twilio or KORE. At most one is in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::twilio_config, check_for_backend(diesel::pg::Pg)))]
pub struct TwilioConfig {
    /// Which account.
    pub id: TwilioConfigId,
    /// What they call it: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
    /// The name of the API key; its secret stays with us.
    pub api_key: Option<String>,
    /// Where they send notices.
    pub webhook_url: Option<String>,
    /// Where their API is.
    pub api_base_url: String,
    /// How we sign in there.
    pub auth_mode: TwilioAuthMode,
    /// Whether it is the one in use.
    pub is_active: bool,
    /// When it was last read from.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}
