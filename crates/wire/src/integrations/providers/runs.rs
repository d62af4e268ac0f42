//! Calls to a provider that were requested: tests, balances, catalogs and eSIMs, with their progress and outcome.

use crate::{
    AnyOf, JsonList, PriceListId, ProviderId, ProviderRunId, Resource, TwilioConfigId, UserId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What is requested from a provider.
    ProviderRunKind: ProviderRunKind, "provider_run_kind" {
        /// A harmless call that proves the address and the credentials.
        Test = "test",
        /// The prepaid balance.
        Balance = "balance",
        /// The catalog, which is compared with the plans here.
        Catalog = "catalog",
        /// The eSIMs of the account, which are compared with the inventory.
        Esims = "esims",
    }
}
text_enum! {
    /// Status of a run.
    ProviderRunStatus: ProviderRunStatus, "provider_run_status" { Queued = "queued", Running = "running", Succeeded = "succeeded", Failed = "failed" }
}

impl ProviderRunStatus {
    /// Returns whether the status can change to another one.
    pub const fn can_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Queued, Self::Running | Self::Failed)
                | (Self::Running, Self::Succeeded | Self::Failed)
        )
    }

    /// Returns whether the run has ended.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// An eSIM at a provider that does not match the inventory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RunConflict {
    /// The ICCID, or the provider's ID of an eSIM without one.
    pub subject: String,
    /// What does not match.
    pub message: String,
}

/// A requested call to a provider. Poll it until its status is `succeeded` or `failed`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::provider_runs, check_for_backend(diesel::pg::Pg)))]
pub struct ProviderRun {
    /// ID of the run.
    pub id: ProviderRunId,
    /// The provider; null for a run of a Twilio configuration.
    pub provider_id: Option<ProviderId>,
    /// The Twilio configuration; null for a run of a provider.
    pub twilio_config_id: Option<TwilioConfigId>,
    /// What was requested.
    pub kind: ProviderRunKind,
    /// Status of the run.
    pub status: ProviderRunStatus,
    /// The outcome in a sentence.
    pub message: Option<String>,
    /// Duration of the calls in milliseconds.
    pub duration_ms: Option<i32>,
    /// Number of pages that were read so far.
    pub pages: i32,
    /// Number of packages or eSIMs that were read so far.
    pub items: i32,
    /// Number of new packages or eSIMs.
    pub added: i32,
    /// Number of changed packages or eSIMs.
    pub changed: i32,
    /// The eSIMs that do not match the inventory, 100 at most.
    #[cfg_attr(feature = "server", schema(value_type = Vec<RunConflict>))]
    pub conflicts: JsonList<RunConflict>,
    /// The comparison of the catalog, from which packages are published.
    pub price_list_id: Option<PriceListId>,
    /// The user who requested the run; null for the schedule.
    pub requested_by: Option<UserId>,
    /// When the first call began.
    pub started_at: Option<DateTime<Utc>>,
    /// When the run ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Version of the run, as sent in the `ETag`.
    pub version: i32,
    /// When the run was requested.
    pub created_at: DateTime<Utc>,
}

filter! {
    /// Filter of the list of runs.
    ProviderRunFilter {
        /// Runs of this provider.
        provider_id: ProviderId,
        /// Runs of this Twilio configuration.
        twilio_config_id: TwilioConfigId,
        /// Runs of any of these kinds.
        kind: AnyOf<ProviderRunKind>,
        /// Runs with any of these statuses.
        status: AnyOf<ProviderRunStatus>,
        /// Requested at or after.
        created_at_from: DateTime<Utc>,
        /// Requested before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of runs.
    ProviderRunSort { CreatedAt = "created_at" desc });

impl Resource for ProviderRun {
    const PATH: &'static str = "/v1/provider-runs";
    const ONE: &'static str = "provider run";
    const MANY: &'static str = "provider runs";
    type Id = ProviderRunId;
    type Filter = ProviderRunFilter;
    type Sort = ProviderRunSort;
    fn id(&self) -> ProviderRunId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        format!("{} run", self.kind)
    }
}
