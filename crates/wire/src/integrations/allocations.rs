//! Provisioning of ordered eSIMs, requests to providers, and allocated data.

use crate::{
    AllocationId, AnyOf, Currency, Decimal, EsimId, Money, OrderId, ProviderId,
    ProvisioningAttemptId, ProvisioningJobId, Resource, integrations::routing::RoutingDecision,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Status of allocated data.
    AllocationStatus: AllocationStatus, "allocation_status" { Reserved = "reserved", Active = "active", Released = "released", Reversed = "reversed" }
}

text_enum! {
    /// Status of the provisioning of one ordered unit.
    ProvisioningStatus: ProvisioningStatus, "provisioning_status" { Queued = "queued", Running = "running", Waiting = "waiting", Succeeded = "succeeded", Failed = "failed", NeedsReview = "needs_review" }
}

impl ProvisioningStatus {
    /// Returns whether a unit of this status can get the status `to`. A unit that failed or waits for review is queued
    /// again, or gets its eSIM by a late response of a provider.
    pub const fn can_become(self, to: Self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::Waiting => true,
            Self::Failed | Self::NeedsReview => {
                matches!(to, Self::Queued | Self::Succeeded | Self::NeedsReview)
            }
            Self::Succeeded => false,
        }
    }
}

text_enum! {
    /// Result of a request to a provider. `unknown` is not a failure: the response did not arrive.
    ProvisioningAttemptStatus: AttemptStatus, "attempt_status" { Sent = "sent", Succeeded = "succeeded", Refused = "refused", Unknown = "unknown", Abandoned = "abandoned" }
}

/// Data that a provider allocated to an eSIM. The usage can exceed the allocation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Allocation {
    /// ID of the allocation.
    pub id: AllocationId,
    /// The eSIM; null while the data is only reserved.
    pub esim_id: Option<EsimId>,
    /// The provider.
    pub provider_id: ProviderId,
    /// Name of the provider.
    pub provider_name: String,
    /// The provisioning.
    pub provisioning_job_id: Option<ProvisioningJobId>,
    /// The order.
    pub order_id: Option<OrderId>,
    /// Number of the order.
    pub order_number: Option<String>,
    /// Status of the allocation.
    pub status: AllocationStatus,
    /// The provider's order reference.
    pub provider_order_ref: Option<String>,
    /// Allocated data in MB of 1,000,000 bytes.
    pub allocated_mb: Decimal,
    /// Used data in MB.
    pub used_mb: Decimal,
    /// Cost of the data.
    pub cost: Money,
    /// Currency of the cost.
    pub currency: Currency,
    /// When the data was allocated.
    pub allocated_at: DateTime<Utc>,
}

/// The provisioning of one ordered unit, with all requests to providers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Provisioning {
    /// ID of the provisioning.
    pub id: ProvisioningJobId,
    /// The order.
    pub order_id: OrderId,
    /// Number of the order.
    pub order_number: String,
    /// Number of the unit in the order, from 1.
    pub unit_no: i32,
    /// Status of the provisioning.
    pub status: ProvisioningStatus,
    /// Origin of the eSIM: `stock` or `provider`.
    pub source: Option<String>,
    /// The eSIM; null before one was found.
    pub esim_id: Option<EsimId>,
    /// The last error.
    pub last_error: Option<String>,
    /// When the server tries again.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the order was paid and the provisioning started.
    pub created_at: DateTime<Utc>,
    /// When the status last changed.
    pub updated_at: DateTime<Utc>,
    /// Why the last provider was chosen, or none; null before the first choice.
    pub routing: Option<RoutingDecision>,
    /// Requests to providers, in order.
    pub attempts: Vec<ProvisioningAttempt>,
}

/// A request to a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProvisioningAttempt {
    /// ID of the attempt.
    pub id: ProvisioningAttemptId,
    /// The provisioning.
    pub job_id: ProvisioningJobId,
    /// The provider.
    pub provider_id: ProviderId,
    /// Name of the provider.
    pub provider_name: String,
    /// Number of the attempt, from 1.
    pub attempt_no: i32,
    /// Reference of the request, by which the server can ask the provider for its result.
    pub reference: String,
    /// Result of the request.
    pub status: ProvisioningAttemptStatus,
    /// The provider's order reference.
    pub provider_order_ref: Option<String>,
    /// Cost that the provider charged.
    pub cost: Option<Money>,
    /// Currency of the cost.
    pub currency: Option<Currency>,
    /// Why the request failed.
    pub error: Option<String>,
    /// When the request was sent.
    pub sent_at: DateTime<Utc>,
    /// When the provider responded.
    pub answered_at: Option<DateTime<Utc>>,
    /// When the server asks again about a request that it has given up.
    pub check_at: Option<DateTime<Utc>>,
    /// Why the provider was chosen; null for requests of earlier versions.
    pub routing: Option<RoutingDecision>,
}

filter! {
    /// Filter of the list of allocations.
    AllocationFilter {
        /// Allocations of this provider.
        provider_id: ProviderId,
        /// Allocations for this eSIM.
        esim_id: EsimId,
        /// Allocations for this order.
        order_id: OrderId,
        /// Allocations with any of these statuses.
        status: AnyOf<AllocationStatus>,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Allocated at or after.
        allocated_at_from: DateTime<Utc>,
        /// Allocated before.
        allocated_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of allocations.
    AllocationSort { AllocatedAt = "allocated_at" desc, Cost = "cost", AllocatedMb = "allocated_mb" });

impl Resource for Allocation {
    const PATH: &'static str = "/v1/allocations";
    const ONE: &'static str = "allocation";
    const MANY: &'static str = "allocations";
    type Id = AllocationId;
    type Filter = AllocationFilter;
    type Sort = AllocationSort;
    fn id(&self) -> AllocationId {
        self.id
    }
    fn label(&self) -> String {
        self.provider_order_ref
            .clone()
            .unwrap_or_else(|| self.provider_name.clone())
    }
}

filter! {
    /// Filter of the list of provisionings.
    ProvisioningFilter {
        /// Provisionings of this order.
        order_id: OrderId,
        /// Provisionings with a request to this provider.
        provider_id: ProviderId,
        /// Provisionings with any of these statuses.
        status: AnyOf<ProvisioningStatus>,
        /// Started at or after.
        created_at_from: DateTime<Utc>,
        /// Started before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of provisionings.
    ProvisioningSort { CreatedAt = "created_at" desc });

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provisioning_status_changes_are_limited_to_the_table() {
        use ProvisioningStatus as S;
        let allowed: &[(S, &[S])] = &[
            (
                S::Queued,
                &[
                    S::Queued,
                    S::Running,
                    S::Waiting,
                    S::Succeeded,
                    S::Failed,
                    S::NeedsReview,
                ],
            ),
            (
                S::Running,
                &[
                    S::Queued,
                    S::Running,
                    S::Waiting,
                    S::Succeeded,
                    S::Failed,
                    S::NeedsReview,
                ],
            ),
            (
                S::Waiting,
                &[
                    S::Queued,
                    S::Running,
                    S::Waiting,
                    S::Succeeded,
                    S::Failed,
                    S::NeedsReview,
                ],
            ),
            (S::Succeeded, &[]),
            (S::Failed, &[S::Queued, S::Succeeded, S::NeedsReview]),
            (S::NeedsReview, &[S::Queued, S::Succeeded, S::NeedsReview]),
        ];
        assert_eq!(allowed.len(), S::ALL.len());
        for (from, targets) in allowed {
            for to in S::ALL {
                assert_eq!(from.can_become(*to), targets.contains(to), "{from} to {to}");
            }
        }
    }
}
