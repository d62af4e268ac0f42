//! What the integration with a provider can do, and the state of the connection.

use super::{ProviderAdapter, ProviderRun};
use crate::{Currency, Money, ProviderId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A credential that an integration needs besides the API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AdapterCredential {
    /// Name of the credential in `credentials`.
    pub name: String,
    /// Label of the field in a form.
    pub label: String,
    /// Whether the integration works only with it.
    pub is_required: bool,
}

/// What an integration with a provider can do, and what it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AdapterCapabilities {
    /// The integration.
    pub adapter: ProviderAdapter,
    /// Whether the integration buys nothing and serves development only.
    pub is_simulated: bool,
    /// Whether the credentials are those of the active Twilio configuration, not those of the provider.
    pub uses_twilio_config: bool,
    /// Label of the API key in a form; empty when the integration has no API key.
    pub api_key_label: String,
    /// The credentials besides the API key.
    pub credentials: Vec<AdapterCredential>,
    /// Base URL that a new provider starts with.
    pub default_endpoint: String,
    /// Whether an eSIM can be topped up.
    pub can_top_up: bool,
    /// Whether the provider's catalog can be read.
    pub has_catalog: bool,
    /// Whether usage can be read.
    pub has_usage: bool,
    /// Whether the state of the profile on the phone can be read.
    pub has_profile_state: bool,
    /// Whether an eSIM can be suspended and resumed.
    pub can_suspend: bool,
    /// Whether an eSIM can be cancelled at the provider.
    pub can_cancel: bool,
    /// Whether the account has a prepaid balance.
    pub has_balance: bool,
    /// Whether the provider sends webhooks.
    pub has_webhooks: bool,
    /// The age in seconds that a usage figure of the provider may have.
    pub usage_age_seconds: i64,
    /// The number of calls per second that the provider accepts.
    pub calls_per_second: u32,
}

/// The integrations that this server offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AdapterList {
    /// The integrations.
    pub data: Vec<AdapterCapabilities>,
}

/// The balance that a provider has reported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::provider_balances, check_for_backend(diesel::pg::Pg)))]
pub struct ProviderBalance {
    /// The balance.
    pub amount: Money,
    /// Currency of the balance.
    pub currency: Currency,
    /// Whether the balance is below the provider's threshold.
    pub is_low: bool,
    /// Since when it is below the threshold.
    pub low_since: Option<DateTime<Utc>>,
    /// When the provider reported it.
    pub read_at: DateTime<Utc>,
}

/// The connection to a provider: what it can do, and how the last calls ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProviderConnection {
    /// The provider.
    pub provider_id: ProviderId,
    /// What the integration can do.
    pub capabilities: AdapterCapabilities,
    /// The URL to enter at the provider for its webhooks; null when the provider sends none.
    pub webhook_url: Option<String>,
    /// Until when webhooks that are signed with the previous key are accepted; null without a previous key.
    pub previous_key_until: Option<DateTime<Utc>>,
    /// The last balance; null when the provider has not reported one.
    pub balance: Option<ProviderBalance>,
    /// The last test of the connection.
    pub last_test: Option<ProviderRun>,
    /// The last read of the balance.
    pub last_balance: Option<ProviderRun>,
    /// The last read of the catalog.
    pub last_sync: Option<ProviderRun>,
    /// When the catalog is read next by schedule.
    pub next_sync_at: Option<DateTime<Utc>>,
}
