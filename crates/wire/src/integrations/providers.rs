//! Suppliers of eSIMs, and what each offers for our plans.

mod offers;

pub use offers::*;

use crate::{AnyOf, Check, Currency, Decimal, FieldErrors, ProviderId, Resource, check::maybe};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

text_enum! {
    /// How we talk to a provider.
    Adapter: ProviderAdapter, "provider_adapter" {
        /// A deterministic stand-in for development and tests. Its SKUs force outcomes: see the crate's README.
        Simulator = "simulator",
    }
}

impl Adapter {
    /// Whether it only pretends, so that nothing is bought.
    pub const fn is_simulated(self) -> bool {
        matches!(self, Self::Simulator)
    }
}

/// A supplier of eSIMs. Its key is write-only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::data_providers, check_for_backend(diesel::pg::Pg)))]
pub struct Provider {
    /// Which provider.
    pub id: ProviderId,
    /// What it is called.
    pub name: String,
    /// Base address of its API.
    pub api_endpoint: String,
    /// What kind of supplier it is, in the operator's words.
    pub provider_type: Option<String>,
    /// How we talk to it.
    pub adapter: Adapter,
    /// 1 is asked first.
    pub priority: i32,
    /// Whether it is asked at all.
    pub is_active: bool,
    /// Data left in its pool, in GB of 1,000 MB.
    pub available_data_gb: Option<Decimal>,
    /// What a GB costs us.
    pub cost_per_gb: Option<Decimal>,
    /// The currency of its costs.
    pub currency: Currency,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A provider to be created.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewProvider {
    /// What it is called.
    #[cfg_attr(feature = "server", schema(example = "Simulated supplier"))]
    pub name: String,
    /// Base address of its API.
    #[cfg_attr(feature = "server", schema(example = "https://simulator.invalid"))]
    pub api_endpoint: String,
    /// Its key; sealed at once and never shown again.
    #[cfg_attr(feature = "server", schema(format = Password, example = "a-key-of-your-own"))]
    pub api_key: String,
    /// What kind of supplier it is.
    #[serde(default)]
    pub provider_type: Option<String>,
    /// How we talk to it.
    pub adapter: Adapter,
    /// 1 is asked first.
    #[serde(default = "first")]
    pub priority: i32,
    /// The currency of its costs.
    #[serde(default = "usd")]
    pub currency: Currency,
}

/// A change of a provider; what is absent stays.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditProvider {
    /// What it is called.
    #[serde(default, deserialize_with = "maybe::value")]
    pub name: Option<String>,
    /// What kind of supplier it is; null removes it.
    #[serde(default, deserialize_with = "maybe::given")]
    pub provider_type: Option<Option<String>>,
    /// A new key.
    #[serde(default, deserialize_with = "maybe::value")]
    pub api_key: Option<String>,
    /// 1 is asked first.
    #[serde(default, deserialize_with = "maybe::value")]
    pub priority: Option<i32>,
    /// Whether it is asked at all.
    #[serde(default, deserialize_with = "maybe::value")]
    pub is_active: Option<bool>,
}

filter! {
    /// What the list of providers can be narrowed by.
    ProviderFilter {
        /// Part of the name.
        q: String,
        /// Asked or not.
        is_active: bool,
        /// Any of these adapters.
        adapter: AnyOf<Adapter>,
    }
}
sort_keys!(/** What the list of providers can be ordered by. */ ProviderSort { Priority = "priority" asc, Name = "name", CreatedAt = "created_at" });

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
        bad.web_address("api_endpoint", &self.api_endpoint);
        bad.length("api_key", &self.api_key, 1, 500);
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
        if let Some(key) = &self.api_key {
            bad.length("api_key", key, 1, 500);
        }
        if let Some(priority) = self.priority {
            bad.range("priority", priority.into(), 1, 1000);
        }
    }
}
