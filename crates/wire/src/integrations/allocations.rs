//! What was asked of providers, and the data they allocated.

use crate::{
    AllocationId, AnyOf, AttemptId, Currency, Decimal, EsimId, Money, OrderId, ProviderId,
    ProvisioningJobId, Resource,
};
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

/// The provisioning of one ordered unit, and every request that was made for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Provisioning {
    /// Which provisioning.
    pub id: ProvisioningJobId,
    /// For this order.
    pub order_id: OrderId,
    /// That order's number.
    pub order_number: String,
    /// For this unit of it, from 1.
    pub unit_no: i32,
    /// How far it has come.
    pub status: ProvisioningStatus,
    /// Where the eSIM came from: `stock` or `provider`.
    pub source: Option<String>,
    /// The eSIM, once there is one.
    pub esim_id: Option<EsimId>,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// When it is tried again.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the order was paid and this began.
    pub created_at: DateTime<Utc>,
    /// When it last went on.
    pub updated_at: DateTime<Utc>,
    /// What was asked of providers, in order.
    pub attempts: Vec<Attempt>,
}

/// One request to a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// Which attempt.
    pub id: AttemptId,
    /// For this provisioning.
    pub job_id: ProvisioningJobId,
    /// The provider that was asked.
    pub provider_id: ProviderId,
    /// The provider's name.
    pub provider_name: String,
    /// Its place among the attempts, from 1.
    pub attempt_no: i32,
    /// Our own reference, by which the provider can be asked again.
    pub reference: String,
    /// What became of it.
    pub status: AttemptStatus,
    /// What the provider calls its order.
    pub provider_order_ref: Option<String>,
    /// What it cost us.
    pub cost: Option<Money>,
    /// In this currency.
    pub currency: Option<Currency>,
    /// Why it came to nothing.
    pub error: Option<String>,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// When the answer came.
    pub answered_at: Option<DateTime<Utc>>,
}

filter! {
    /// What the list of provisionings can be narrowed by.
    ProvisioningFilter {
        /// Of this order.
        order_id: OrderId,
        /// As far as any of these.
        status: AnyOf<ProvisioningStatus>,
        /// Begun at or after.
        created_at_from: DateTime<Utc>,
        /// Begun before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of provisionings can be ordered by. */ ProvisioningSort { CreatedAt = "created_at" desc });

impl Resource for Provisioning {
    const PATH: &'static str = "/v1/provisioning";
    const ONE: &'static str = "provisioning";
    const MANY: &'static str = "provisionings";
    type Id = ProvisioningJobId;
    type Filter = ProvisioningFilter;
    type Sort = ProvisioningSort;
    fn id(&self) -> ProvisioningJobId {
        self.id
    }
    fn label(&self) -> String {
        format!("unit {}", self.unit_no)
    }
}
