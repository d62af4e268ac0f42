//! The choice of the provider that supplies an ordered eSIM, and the health of each provider.

use crate::{Check, Currency, Decimal, FieldErrors, Money, OfferId, PlanId, ProviderId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Why the router can or cannot choose an offer.
    RoutingReason: text {
        /// The router can choose the offer.
        Eligible = "eligible",
        /// The offer is not active.
        OfferInactive = "offer_inactive",
        /// The provider is not active.
        ProviderInactive = "provider_inactive",
        /// This server cannot call the provider.
        AdapterUnavailable = "adapter_unavailable",
        /// The order is a trial, and the provider is not simulated.
        Trial = "trial",
        /// The eSIM to top up is of another provider.
        OtherProvider = "other_provider",
        /// An administrator or the server has paused the provider.
        ProviderPaused = "provider_paused",
        /// The provider has refused the eSIM already.
        Refused = "refused",
        /// The provider reports that the package is sold out.
        OutOfStock = "out_of_stock",
        /// The data pool at the provider is too small.
        PoolExhausted = "pool_exhausted",
        /// The cost is above the setting `provisioning.max_cost_percent`.
        CostTooHigh = "cost_too_high",
        /// The plan requires a verified identity, and the customer's is not verified.
        IdentityNotVerified = "identity_not_verified",
        /// Orders to the provider failed several times in a row; it is tried again soon.
        CircuitOpen = "circuit_open",
        /// Another order of the package is open, and the provider allows one at a time.
        OrderOpen = "order_open",
    }
}

impl RoutingReason {
    /// Returns whether the offer can be chosen later without a change of the order.
    pub const fn is_temporary(self) -> bool {
        matches!(
            self,
            Self::ProviderPaused | Self::CircuitOpen | Self::OrderOpen
        )
    }
    /// Returns the reason in words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Eligible => "Can supply",
            Self::OfferInactive => "Offer not active",
            Self::ProviderInactive => "Provider not active",
            Self::AdapterUnavailable => "Cannot be called by this server",
            Self::Trial => "Trial order",
            Self::OtherProvider => "eSIM of another provider",
            Self::ProviderPaused => "Provider paused",
            Self::Refused => "Refused already",
            Self::OutOfStock => "Out of stock",
            Self::PoolExhausted => "Data pool too small",
            Self::CostTooHigh => "Cost above the limit",
            Self::IdentityNotVerified => "Identity not verified",
            Self::CircuitOpen => "Failing, tried again soon",
            Self::OrderOpen => "Waiting for another order",
        }
    }
}

/// An offer that the router considered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RoutingCandidate {
    /// The offer.
    pub offer_id: OfferId,
    /// The provider.
    pub provider_id: ProviderId,
    /// Name of the provider.
    pub provider_name: String,
    /// The provider's SKU of the package.
    pub sku: String,
    /// Cost per eSIM.
    pub cost: Money,
    /// Currency of the cost.
    pub currency: Currency,
    /// Priority of the offer.
    pub offer_priority: i32,
    /// Priority of the provider.
    pub provider_priority: i32,
    /// Why the router can or cannot choose the offer.
    pub reason: RoutingReason,
}

/// The choice of a provider: every candidate with its reason, the best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RoutingDecision {
    /// When the router decided.
    pub decided_at: DateTime<Utc>,
    /// The offer that it chose; null when no offer can supply the eSIM now.
    pub chosen_offer_id: Option<OfferId>,
    /// The candidates.
    pub candidates: Vec<RoutingCandidate>,
}

text_enum! {
    /// State of the circuit breaker of a provider.
    CircuitState: text {
        /// Orders are sent to the provider.
        Closed = "closed",
        /// Orders failed several times in a row; none is sent for a minute.
        Open = "open",
        /// The next order shows whether the provider works again.
        HalfOpen = "half_open",
    }
}

/// The health of a provider, from the last 200 calls of all servers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProviderHealth {
    /// The provider.
    pub provider_id: ProviderId,
    /// State of the circuit breaker.
    pub circuit: CircuitState,
    /// Number of calls that the figures are from.
    pub calls: i64,
    /// Percentage of calls that the provider answered; null without calls.
    pub success_percent: Option<Decimal>,
    /// Median duration in milliseconds; null without calls.
    pub p50_ms: Option<i32>,
    /// 95th percentile of the duration in milliseconds; null without calls.
    pub p95_ms: Option<i32>,
    /// Failed orders in a row.
    pub failures: i32,
    /// When the circuit was opened.
    pub opened_at: Option<DateTime<Utc>>,
    /// When the next order is sent as a probe.
    pub open_until: Option<DateTime<Utc>>,
    /// When the provider last recovered.
    pub recovered_at: Option<DateTime<Utc>>,
    /// When a call last succeeded.
    pub last_success_at: Option<DateTime<Utc>>,
    /// When a call last failed.
    pub last_error_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub last_error: Option<String>,
    /// When the provider was paused.
    pub paused_at: Option<DateTime<Utc>>,
    /// Why it was paused.
    pub pause_reason: Option<String>,
    /// Number of requests whose outcome is open.
    pub open_requests: i64,
}

/// A plan that is affected when a provider is off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ImpactedPlan {
    /// The plan.
    pub plan_id: PlanId,
    /// Name of the plan.
    pub plan_name: String,
    /// Active offers of other active providers that are not paused.
    pub other_offers: i64,
    /// Unassigned eSIMs of the plan in stock.
    pub stock: i64,
}

/// What is lost when a provider is off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProviderImpact {
    /// The provider.
    pub provider_id: ProviderId,
    /// Number of plans on sale that the provider supplies.
    pub plans: i64,
    /// Number of those plans that no other provider can supply.
    pub lost_plans: i64,
    /// The plans with the fewest other offers, 200 at most.
    pub impacted: Vec<ImpactedPlan>,
    /// Number of ordered eSIMs whose request to the provider is open.
    pub open_units: i64,
    /// Number of active and suspended eSIMs of the provider.
    pub esims: i64,
}

/// A reason to pause a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PauseProvider {
    /// The reason.
    #[cfg_attr(
        feature = "server",
        schema(example = "Maintenance announced by the provider")
    )]
    pub reason: String,
}

impl Check for PauseProvider {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}
