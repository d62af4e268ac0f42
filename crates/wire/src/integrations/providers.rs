//! Providers of eSIMs and their offers for plans.

mod connection;
mod offers;
mod runs;

pub use connection::*;
pub use offers::*;
pub use runs::*;

use crate::{
    AnyOf, Check, Currency, Decimal, FieldErrors, Money, ProviderId, Resource, check::edit_field,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;
use std::collections::BTreeMap;

text_enum! {
    /// The integration through which the server calls a provider.
    ProviderAdapter: ProviderAdapter, "provider_adapter" {
        /// A deterministic simulator for development and tests. Its SKUs force outcomes: see the crate's README.
        Simulator = "simulator",
        /// Airalo Partner API v2.
        Airalo = "airalo",
        /// eSIM Go API v2.4 and v2.5.
        EsimGo = "esim_go",
        /// eSIM Access API v1.
        EsimAccess = "esim_access",
        /// Super SIM by KORE, formerly Twilio.
        SuperSim = "super_sim",
    }
}

impl ProviderAdapter {
    /// Returns whether the adapter is simulated and buys nothing.
    pub const fn is_simulated(self) -> bool {
        matches!(self, Self::Simulator)
    }
}

/// A provider of eSIMs. Its API key is write-only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::data_providers, check_for_backend(diesel::pg::Pg)))]
pub struct Provider {
    /// ID of the provider.
    pub id: ProviderId,
    /// Name of the provider.
    pub name: String,
    /// Base URL of the provider's API.
    pub api_endpoint: String,
    /// Type of provider, in the operator's words.
    pub provider_type: Option<String>,
    /// The integration with the provider.
    pub adapter: ProviderAdapter,
    /// Priority; the server tries 1 first.
    pub priority: i32,
    /// Whether orders are sent to the provider.
    pub is_active: bool,
    /// When the provider was paused; null while new orders are sent to it.
    pub paused_at: Option<DateTime<Utc>>,
    /// Why the provider was paused.
    pub pause_reason: Option<String>,
    /// Remaining data of the provider's pool, in GB of 1,000 MB.
    pub available_data_gb: Option<Decimal>,
    /// Cost per GB.
    pub cost_per_gb: Option<Decimal>,
    /// Currency of the costs.
    pub currency: Currency,
    /// Whether the account is a sandbox at the provider, which delivers test eSIMs.
    pub is_sandbox: bool,
    /// Last four characters of the API key; null for a short key.
    pub api_key_last4: Option<String>,
    /// Names of the other credentials that are set. Their values are write-only.
    pub credential_names: Vec<String>,
    /// Balance below which the provider counts as low on balance, in the currency of the balance.
    pub low_balance_threshold: Option<Money>,
    /// Hours between two reads of the provider's catalog; null when it is read on demand only.
    pub sync_interval_hours: Option<i32>,
    /// Version of the provider, as sent in the `ETag`.
    pub version: i32,
    /// When the provider was created.
    pub created_at: DateTime<Utc>,
    /// When the provider was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A provider to create.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewProvider {
    /// Name of the provider.
    #[cfg_attr(feature = "server", schema(example = "Simulated supplier"))]
    pub name: String,
    /// Base URL of the provider's API.
    #[cfg_attr(feature = "server", schema(example = "https://simulator.invalid"))]
    pub api_endpoint: String,
    /// API key of the provider. The server stores it encrypted and never returns it.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(format = Password, example = "a-key-of-your-own"))]
    pub api_key: String,
    /// The other credentials by name, as the integration lists them. The server stores them encrypted and never returns
    /// them.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = json!({})))]
    pub credentials: BTreeMap<String, String>,
    /// Whether the account is a sandbox at the provider.
    #[serde(default)]
    pub is_sandbox: bool,
    /// Type of provider.
    #[serde(default)]
    pub provider_type: Option<String>,
    /// The integration with the provider.
    pub adapter: ProviderAdapter,
    /// Priority; the server tries 1 first.
    #[serde(default = "first")]
    pub priority: i32,
    /// Currency of the costs.
    #[serde(default = "usd")]
    pub currency: Currency,
}

/// A change of a provider; absent fields stay unchanged.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditProvider {
    /// Name of the provider.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub name: Option<String>,
    /// Type of provider; null removes it.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub provider_type: Option<Option<String>>,
    /// Base URL of the provider's API. Requires the permission to replace keys, because the keys are sent there.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub api_endpoint: Option<String>,
    /// A new API key. Webhooks that are signed with the previous key are accepted for a day.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub api_key: Option<String>,
    /// New values of other credentials by name; null removes one. Credentials that are not named stay unchanged.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub credentials: Option<BTreeMap<String, Option<String>>>,
    /// Whether the account is a sandbox at the provider.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub is_sandbox: Option<bool>,
    /// Balance below which the provider counts as low on balance; null removes it.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub low_balance_threshold: Option<Option<Money>>,
    /// Hours between two reads of the provider's catalog, from 1 to 720; null for reads on demand only.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub sync_interval_hours: Option<Option<i32>>,
    /// Priority; the server tries 1 first.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub priority: Option<i32>,
    /// Whether orders are sent to the provider.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub is_active: Option<bool>,
}

filter! {
    /// Filter of the list of providers.
    ProviderFilter {
        /// Part of the name.
        q: String,
        /// Active or not.
        is_active: bool,
        /// Providers with any of these integrations.
        adapter: AnyOf<ProviderAdapter>,
    }
}
sort_keys!(
    /// Sort keys of the list of providers.
    ProviderSort { Priority = "priority" asc, Name = "name", CreatedAt = "created_at" });

fn first() -> i32 {
    1
}
fn usd() -> Currency {
    Currency::Usd
}

impl Resource for Provider {
    const PATH: &'static str = "/v1/providers";
    const ONE: &'static str = "provider";
    const MANY: &'static str = "providers";
    type Id = ProviderId;
    type Filter = ProviderFilter;
    type Sort = ProviderSort;
    fn id(&self) -> ProviderId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.name.clone()
    }
}
impl Check for NewProvider {
    fn check(&self, bad: &mut FieldErrors) {
        bad.name("name", &self.name, 100);
        bad.length("api_endpoint", &self.api_endpoint, 1, 500);
        bad.api_endpoint("api_endpoint", &self.api_endpoint);
        bad.length("api_key", &self.api_key, 0, 500);
        for (name, value) in &self.credentials {
            bad.length(&format!("credentials.{name}"), value, 1, 2000);
        }
        if let Some(kind) = &self.provider_type {
            bad.length("provider_type", kind, 0, 50);
        }
        bad.range("priority", self.priority.into(), 1, 1000);
    }
}
impl Check for EditProvider {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(name) = &self.name {
            bad.name("name", name, 100);
        }
        if let Some(Some(kind)) = &self.provider_type {
            bad.length("provider_type", kind, 0, 50);
        }
        if let Some(endpoint) = &self.api_endpoint {
            bad.length("api_endpoint", endpoint, 1, 500);
            bad.api_endpoint("api_endpoint", endpoint);
        }
        if let Some(key) = &self.api_key {
            bad.length("api_key", key, 1, 500);
        }
        for (name, value) in self.credentials.iter().flatten() {
            if let Some(value) = value {
                bad.length(&format!("credentials.{name}"), value, 1, 2000);
            }
        }
        if let Some(Some(threshold)) = &self.low_balance_threshold {
            bad.not_negative("low_balance_threshold", threshold);
        }
        if let Some(Some(hours)) = self.sync_interval_hours {
            bad.range("sync_interval_hours", hours.into(), 1, 720);
        }
        if let Some(priority) = self.priority {
            bad.range("priority", priority.into(), 1, 1000);
        }
    }
}
