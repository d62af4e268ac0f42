//! Refunds. The ID of a refund is its idempotency key at the gateway, so that no retry pays twice.

mod eligibility;
mod request;
mod supplier_claims;

pub use eligibility::*;
pub use request::*;
pub use supplier_claims::*;

use crate::{
    AnyOf, ApiClientId, Currency, Money, OrderId, RefundId, Resource, TransactionId, UserId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Status of a refund at the gateway.
    RefundStatus: RefundStatus, "refund_status" { Pending = "pending", Processed = "processed", Failed = "failed" }
}

text_enum! {
    /// Decision about a refund. A rejected refund has the status `failed`.
    RefundApprovalState: RefundApprovalState, "refund_approval_state" { Requested = "requested", Approved = "approved", Rejected = "rejected" }
}

text_enum! {
    /// What happens to the eSIMs when their payment is refunded: `none` keeps them; `cancel` cancels those that are not
    /// installed and suspends the others; `suspend` suspends them.
    RefundEffect: RefundEffect, "refund_effect" { None = "none", Cancel = "cancel", Suspend = "suspend" }
}

text_enum! {
    /// Reason code of a refund, for statistics.
    RefundReason: text {
        NotDelivered = "not_delivered", NotWorking = "not_working", DeviceNotCompatible = "device_not_compatible", WrongPlan = "wrong_plan",
        Duplicate = "duplicate", ChangedMind = "changed_mind", Fraud = "fraud", Goodwill = "goodwill", Other = "other",
    }
}

text_enum! {
    /// Status and decision of a refund combined.
    RefundStage: text {
        /// The refund waits for a decision.
        Requested = "requested",
        /// The refund is approved; the server is sending it to the gateway.
        Approved = "approved",
        /// The refund is approved; a staff member must pay it out and confirm it.
        ToPayOut = "to_pay_out",
        /// The gateway has received the refund and has not confirmed it yet.
        Sent = "sent",
        /// The money was paid out.
        Processed = "processed",
        /// The gateway has declined the refund; it can be retried.
        Failed = "failed",
        /// A staff member has rejected the refund.
        Rejected = "rejected",
    }
}

/// A refund of a payment. The pending and processed refunds of a payment never exceed its total. Internal fields are
/// null for customers and integrators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Refund {
    /// ID of the refund.
    pub id: RefundId,
    /// The refunded payment.
    pub transaction_id: TransactionId,
    /// The order of the payment.
    pub order_id: Option<OrderId>,
    /// Number of the order.
    pub order_number: Option<String>,
    /// The customer.
    pub user_id: UserId,
    /// Name of the customer; masked for support.
    pub customer: String,
    /// Amount of the refund.
    pub amount: Money,
    /// Currency of the payment and all its refunds.
    pub currency: Currency,
    /// Total of the payment.
    pub total_amount: Money,
    /// Amount of the payment that can still be refunded: neither refunded nor pending.
    #[serde(default = "Money::zero")]
    pub refundable_amount: Money,
    /// Reason code.
    pub reason_code: Option<RefundReason>,
    /// Reason in a sentence, for staff only.
    pub reason: Option<String>,
    /// What happens to the eSIMs.
    pub effect: RefundEffect,
    /// Status at the gateway.
    pub status: RefundStatus,
    /// Decision about the refund.
    pub approval_state: RefundApprovalState,
    /// Status and decision combined.
    pub stage: RefundStage,
    /// Whether a user other than the requester has to approve the refund.
    pub needs_second_person: Option<bool>,
    /// The eligibility when it was last calculated.
    pub eligibility: Option<RefundEligibility>,
    /// The amount that the eligibility recommended.
    pub recommended_amount: Option<Money>,
    /// The user who requested the refund; null for the system and for API clients.
    pub requested_by: Option<UserId>,
    /// The API client that requested the refund.
    pub requested_by_client: Option<ApiClientId>,
    /// Name of the user or API client that requested the refund.
    pub requester: Option<String>,
    /// The user who approved or rejected the refund.
    pub processed_by: Option<UserId>,
    /// Name of that user.
    pub decider: Option<String>,
    /// Gateway that pays the refund out; null for a payment outside the gateway.
    pub payment_gateway: Option<String>,
    /// ID of the refund at the gateway or the bank.
    pub gateway_refund_id: Option<String>,
    /// Why the refund was rejected, or why the gateway declined it.
    pub failure_reason: Option<String>,
    /// Number of attempts: one, plus one for each retry after the gateway declined the refund.
    pub attempts: i32,
    /// Version of the refund, as sent in the `ETag`.
    pub version: i32,
    /// When the refund was requested.
    pub created_at: DateTime<Utc>,
    /// When the refund was approved or rejected.
    pub decided_at: Option<DateTime<Utc>>,
    /// When the refund was first sent to the gateway.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the gateway confirmed the refund.
    pub processed_at: Option<DateTime<Utc>>,
}

filter! {
    /// Filter of the list of refunds.
    RefundFilter {
        /// Prefix of an order number, or a full gateway ID.
        q: String,
        /// Refunds with any of these statuses.
        status: AnyOf<RefundStatus>,
        /// Refunds with any of these decisions.
        approval_state: AnyOf<RefundApprovalState>,
        /// Refunds with any of these reason codes.
        reason_code: AnyOf<RefundReason>,
        /// Only records in any of these currencies.
        currency: AnyOf<Currency>,
        /// Refunds of this payment.
        transaction_id: TransactionId,
        /// Refunds of this order.
        order_id: OrderId,
        /// Refunds of this customer.
        user_id: UserId,
        /// Refunds of payments by any of these methods.
        payment_method: AnyOf<super::transactions::PaymentMethod>,
        /// Refunds through this gateway; `none` for refunds without a gateway.
        payment_gateway: String,
        /// Minimum amount.
        amount_from: Money,
        /// Maximum amount.
        amount_to: Money,
        /// Requested at or after.
        created_at_from: DateTime<Utc>,
        /// Requested before.
        created_at_to: DateTime<Utc>,
        /// Paid out at or after.
        processed_at_from: DateTime<Utc>,
        /// Paid out before.
        processed_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of refunds.
    RefundSort { CreatedAt = "created_at" desc, Amount = "amount", ProcessedAt = "processed_at" });

impl RefundStatus {
    /// Returns whether a refund of this status can get the status `to`.
    pub const fn can_become(self, to: Self) -> bool {
        match self {
            Self::Pending => matches!(to, Self::Processed | Self::Failed),
            // A failed refund is retried, and a gateway may report it as processed afterwards.
            Self::Failed => matches!(to, Self::Pending | Self::Processed),
            Self::Processed => false,
        }
    }
}

impl RefundStage {
    /// Returns the stage of a refund with this status and decision.
    pub const fn from_parts(
        status: RefundStatus,
        approval: RefundApprovalState,
        is_sent: bool,
        by_hand: bool,
    ) -> Self {
        match (status, approval) {
            (RefundStatus::Processed, _) => Self::Processed,
            (_, RefundApprovalState::Rejected) => Self::Rejected,
            (RefundStatus::Failed, _) => Self::Failed,
            (_, RefundApprovalState::Requested) => Self::Requested,
            (_, RefundApprovalState::Approved) if by_hand => Self::ToPayOut,
            (_, RefundApprovalState::Approved) if is_sent => Self::Sent,
            (_, RefundApprovalState::Approved) => Self::Approved,
        }
    }
}

impl Resource for Refund {
    const PATH: &'static str = "/v1/refunds";
    const ONE: &'static str = "refund";
    const MANY: &'static str = "refunds";
    const NAMES_PEOPLE: bool = true;
    type Id = RefundId;
    type Filter = RefundFilter;
    type Sort = RefundSort;
    fn id(&self) -> RefundId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        match &self.order_number {
            Some(number) => format!("Refund of {number}"),
            None => format!("Refund of {}", self.amount.in_currency(self.currency)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_changes_are_limited_to_the_table() {
        use RefundStatus as S;
        let allowed: &[(S, &[S])] = &[
            (S::Pending, &[S::Processed, S::Failed]),
            (S::Processed, &[]),
            (S::Failed, &[S::Pending, S::Processed]),
        ];
        assert_eq!(allowed.len(), S::ALL.len());
        for (from, targets) in allowed {
            for to in S::ALL {
                assert_eq!(from.can_become(*to), targets.contains(to), "{from} to {to}");
            }
        }
    }
}
