//! Reconciliation cases: orders, payments, refunds and eSIMs that do not match, or outcomes that are unknown.

use crate::{
    AnyOf, CaseId, Check, Currency, EsimId, FieldErrors, Money, OrderId, RefundId, Resource,
    TransactionId, UserId, accounts::kyc::ClaimedBy,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long a claimed case is reserved for its assignee.
pub const CASE_CLAIM_DURATION: TimeDelta = TimeDelta::minutes(15);

text_enum! {
    /// The mismatch that a case describes.
    CaseKind: CaseKind, "case_kind" {
        PaidNotDelivered = "paid_not_delivered", DeliveredNotPaid = "delivered_not_paid", RefundStuck = "refund_stuck",
        AmountMismatch = "amount_mismatch", UnknownOutcome = "unknown_outcome", PaidLate = "paid_late", SurplusEsim = "surplus_esim",
        ForeignRefund = "foreign_refund",
        /// An eSIM was cancelled here; a person has to cancel it at its provider.
        SupplierCancellation = "supplier_cancellation",
        /// A provider charged more than expected, and the order earns less than the minimum margin.
        LowMargin = "low_margin",
        /// A provider needs a person: its credentials, its balance or a request that it does not accept.
        ProviderAttention = "provider_attention",
        /// The balance at a provider is below its threshold.
        LowBalance = "low_balance",
        /// An eSIM at a provider is unknown here, or its data contradicts the inventory.
        InventoryConflict = "inventory_conflict",
    }
}
text_enum! {
    /// Status of a case.
    CaseStatus: CaseStatus, "case_status" { Open = "open", Escalated = "escalated", Resolved = "resolved" }
}
text_enum! {
    /// An action that resolves a case. Each action is also available on its own; here it resolves the case in the same
    /// step.
    CaseAction: text {
        /// Retry the order.
        RetryOrder = "retry_order",
        /// Request a refund of the full refundable amount of the payment.
        Refund = "refund",
        /// Send the refund to the gateway again.
        RetryRefund = "retry_refund",
        /// Record a refund that was made at the gateway, so that the books match it.
        BookRefund = "book_refund",
        /// Accept the received amount as the payment of the order.
        AcceptAmount = "accept_amount",
        /// Cancel the order, and refund the received amount.
        RefundReceived = "refund_received",
        /// Cancel the unpaid order.
        CancelOrder = "cancel_order",
        /// The case was resolved outside the system, or needs no action; the reason explains it.
        SettleOutside = "settle_outside",
    }
}

/// A mismatch that a staff member has to resolve. Repeated findings of the same mismatch are one case. The next check
/// resolves a case whose mismatch no longer exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Case {
    /// ID of the case.
    pub id: CaseId,
    /// Kind of mismatch.
    pub kind: CaseKind,
    /// Status of the case.
    pub status: CaseStatus,
    /// Description of the mismatch in a sentence.
    pub finding: String,
    /// The order.
    pub order_id: Option<OrderId>,
    /// Number of the order.
    pub order_number: Option<String>,
    /// The payment.
    pub transaction_id: Option<TransactionId>,
    /// The refund.
    pub refund_id: Option<RefundId>,
    /// ID of the refund at the gateway, if the refund was not requested here.
    pub gateway_refund_id: Option<String>,
    /// The eSIM.
    pub esim_id: Option<EsimId>,
    /// The customer.
    pub user_id: Option<UserId>,
    /// Name of the customer; masked for support.
    pub customer: Option<String>,
    /// Amount that the case is about.
    pub amount: Option<Money>,
    /// Currency of the amount.
    pub currency: Option<Currency>,
    /// Actions that can resolve the case now.
    pub actions: Vec<CaseAction>,
    /// The user who has claimed the case.
    pub claimed_by: Option<UserId>,
    /// Name of that user.
    pub claimant: Option<String>,
    /// When the claim expires.
    pub claimed_until: Option<DateTime<Utc>>,
    /// The user who has escalated the case.
    pub escalated_by: Option<UserId>,
    /// Name of that user.
    pub escalator: Option<String>,
    /// When the case was escalated.
    pub escalated_at: Option<DateTime<Utc>>,
    /// The user who has resolved the case; null if a check resolved it.
    pub resolved_by: Option<UserId>,
    /// Name of that user.
    pub resolver: Option<String>,
    /// When the case was resolved.
    pub resolved_at: Option<DateTime<Utc>>,
    /// The action that resolved the case.
    pub action: Option<CaseAction>,
    /// How the case was resolved, in a sentence.
    pub resolution: Option<String>,
    /// Version of the case, as sent in the `ETag`.
    pub version: i32,
    /// When the mismatch was found.
    pub created_at: DateTime<Utc>,
    /// When the case was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Escalation of a case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EscalateCase {
    /// The question to decide, or the fact that is not understood.
    #[cfg_attr(
        feature = "server",
        schema(example = "The gateway shows another status")
    )]
    pub reason: String,
}

/// Resolution of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ResolveCase {
    /// The action to take.
    pub action: CaseAction,
    /// The reason, or how the case was resolved outside the system.
    #[cfg_attr(
        feature = "server",
        schema(example = "The provider is available again")
    )]
    pub reason: String,
}

/// The result of a reconciliation check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReconciliationRun {
    /// Number of opened cases.
    pub opened: i64,
    /// Number of cases whose mismatch no longer exists.
    pub resolved: i64,
    /// Number of open cases after the check.
    pub open: i64,
}

filter! {
    /// Filter of the list of cases.
    CaseFilter {
        /// Prefix of an order number.
        q: String,
        /// Cases with any of these statuses.
        status: AnyOf<CaseStatus>,
        /// Cases of any of these kinds.
        kind: AnyOf<CaseKind>,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Cases that the caller has claimed, or that no user has.
        claimed_by: ClaimedBy,
        /// Cases about this order.
        order_id: OrderId,
        /// Cases about this payment.
        transaction_id: TransactionId,
        /// Cases about this refund.
        refund_id: RefundId,
        /// Found at or after.
        created_at_from: DateTime<Utc>,
        /// Found before.
        created_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of cases; the oldest comes first.
    CaseSort { CreatedAt = "created_at" asc, UpdatedAt = "updated_at", Amount = "amount" });

impl CaseKind {
    /// Returns the display name.
    pub const fn title(self) -> &'static str {
        match self {
            Self::PaidNotDelivered => "Paid, not delivered",
            Self::DeliveredNotPaid => "Delivered, not paid",
            Self::RefundStuck => "Refund stuck",
            Self::AmountMismatch => "Amounts differ",
            Self::UnknownOutcome => "Outcome unknown",
            Self::PaidLate => "Paid late",
            Self::SurplusEsim => "Surplus eSIM",
            Self::ForeignRefund => "Refunded at the gateway",
            Self::SupplierCancellation => "Cancel at the provider",
            Self::LowMargin => "Low margin",
            Self::LowBalance => "Low balance",
            Self::InventoryConflict => "Inventory differs",
            Self::ProviderAttention => "Provider needs attention",
        }
    }
}

impl Case {
    /// Returns the user whose claim is valid at this time.
    pub fn active_claimant(&self, now: DateTime<Utc>) -> Option<UserId> {
        self.claimed_until
            .filter(|until| *until > now)
            .and(self.claimed_by)
    }
}

impl CaseStatus {
    /// Returns whether a case of this status can get the status `to`. An escalated case can be escalated again, by another
    /// person.
    pub const fn can_become(self, to: Self) -> bool {
        match self {
            Self::Open | Self::Escalated => matches!(to, Self::Escalated | Self::Resolved),
            Self::Resolved => false,
        }
    }
}

impl Resource for Case {
    const PATH: &'static str = "/v1/reconciliation";
    const ONE: &'static str = "case";
    const MANY: &'static str = "cases";
    const NAMES_PEOPLE: bool = true;
    type Id = CaseId;
    type Filter = CaseFilter;
    type Sort = CaseSort;
    fn id(&self) -> CaseId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        match &self.order_number {
            Some(number) => format!("{}: {number}", self.kind.title()),
            None => self.kind.title().to_owned(),
        }
    }
}

impl Check for EscalateCase {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}
impl Check for ResolveCase {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_changes_are_limited_to_the_table() {
        use CaseStatus as S;
        let allowed: &[(S, &[S])] = &[
            (S::Open, &[S::Escalated, S::Resolved]),
            (S::Escalated, &[S::Escalated, S::Resolved]),
            (S::Resolved, &[]),
        ];
        assert_eq!(allowed.len(), S::ALL.len());
        for (from, targets) in allowed {
            for to in S::ALL {
                assert_eq!(from.can_become(*to), targets.contains(to), "{from} to {to}");
            }
        }
    }
}
