//! What was asked of providers, and the data they allocated.

use crate::{AllocationId, Currency, Decimal, EsimId, Money, ProviderId, ProvisioningJobId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What became of allocated data.
    AllocationStatus: AllocationStatus, "allocation_status" { Reserved = "reserved", Active = "active", Released = "released", Reversed = "reversed" }
}

text_enum! {
    /// How far the provisioning of one ordered unit has come.
    ProvisioningStatus: ProvisioningStatus, "provisioning_status" { Queued = "queued", Running = "running", Waiting = "waiting", Succeeded = "succeeded", Failed = "failed", NeedsReview = "needs_review" }
}

text_enum! {
    /// What became of one request to a provider. `unknown` is not a failure: the answer did not come back.
    AttemptStatus: AttemptStatus, "attempt_status" { Sent = "sent", Succeeded = "succeeded", Refused = "refused", Unknown = "unknown", Abandoned = "abandoned" }
}

/// Data that a provider allocated. It may be overused: that is a fact to show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::data_allocations, check_for_backend(diesel::pg::Pg)))]
pub struct Allocation {
    /// Which allocation.
    pub id: AllocationId,
    /// To this eSIM; null while it is only reserved.
    pub esim_id: Option<EsimId>,
    /// By this provider.
    pub provider_id: ProviderId,
    /// For this provisioning.
    pub provisioning_job_id: Option<ProvisioningJobId>,
    /// What became of it.
    pub status: AllocationStatus,
    /// What the provider calls its order.
    pub provider_order_ref: Option<String>,
    /// Data allocated, in MB of 1,000,000 bytes.
    pub allocated_mb: Decimal,
    /// Of that used, in MB.
    pub used_mb: Decimal,
    /// What it cost us.
    pub cost: Money,
    /// In this currency.
    pub currency: Currency,
    /// When it was allocated.
    pub allocated_at: DateTime<Utc>,
}
