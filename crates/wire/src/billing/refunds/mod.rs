//! Money given back. Its id is its idempotency key at the gateway, so no retry pays twice.

mod asked;
mod claims;
mod eligibility;

pub use asked::*;
pub use claims::*;
pub use eligibility::*;

use crate::{
    AnyOf, ApiClientId, Currency, Money, OrderId, RefundId, Resource, TransactionId, UserId,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How far a refund has come at the gateway.
    RefundStatus: RefundStatus, "refund_status" { Pending = "pending", Processed = "processed", Failed = "failed" }
}

text_enum! {
    /// What was decided about a refund. A rejected one has failed.
    RefundApprovalState: RefundApprovalState, "refund_approval_state" { Requested = "requested", Approved = "approved", Rejected = "rejected" }
}

text_enum! {
    /// What becomes of the eSIMs when their payment is given back: nothing; cancelled where nobody has installed them,
    /// and suspended otherwise; or suspended.
    RefundEffect: RefundEffect, "refund_effect" { None = "none", Cancel = "cancel", Suspend = "suspend" }
}

text_enum! {
    /// Why money is given back, in a word that can be counted.
    RefundReason: text {
        NotDelivered = "not_delivered", NotWorking = "not_working", DeviceNotCompatible = "device_not_compatible", WrongPlan = "wrong_plan",
        Duplicate = "duplicate", ChangedMind = "changed_mind", Fraud = "fraud", Goodwill = "goodwill", Other = "other",
    }
}

text_enum! {
    /// Where a refund stands, in one word.
    RefundStage: text {
        /// Somebody has to decide.
        Requested = "requested",
        /// Decided; the gateway is being asked.
        Approved = "approved",
        /// Decided; a person has to pay it out, and to say so.
        ToPayOut = "to_pay_out",
        /// The gateway was asked; it has not confirmed yet.
        Sent = "sent",
        /// The money has gone out.
        Processed = "processed",
        /// The gateway has refused it; it can be tried again.
        Failed = "failed",
        /// Somebody has said no.
        Rejected = "rejected",
    }
}

/// Money given back for a payment. The live ones of a payment, pending or processed, never exceed its total. What
/// the staff know of it is null for customers and integrators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Refund {
    /// Which refund.
    pub id: RefundId,
    /// The payment it gives back.
    pub transaction_id: TransactionId,
    /// The order that was paid.
    pub order_id: Option<OrderId>,
    /// That order's number.
    pub order_number: Option<String>,
    /// The customer.
    pub user_id: UserId,
    /// Their name; masked for support.
    pub customer: String,
    /// How much.
    pub amount: Money,
    /// The currency, which is the payment's.
    pub currency: Currency,
    /// What was paid in all.
    pub total_amount: Money,
    /// What can still be refunded of the payment now: neither refunded nor pending.
    #[serde(default = "Money::zero")]
    pub refundable_amount: Money,
    /// Why, in a word that can be counted.
    pub reason_code: Option<RefundReason>,
    /// Why, in a sentence, for the staff.
    pub reason: Option<String>,
    /// What becomes of the eSIMs.
    pub effect: RefundEffect,
    /// How far it has come at the gateway.
    pub status: RefundStatus,
    /// What was decided about it.
    pub approval_state: RefundApprovalState,
    /// Both in one word.
    pub stage: RefundStage,
    /// Whether another person than who asked has to approve it.
    pub needs_second_person: Option<bool>,
    /// What was known of the sale when it was last looked at.
    pub eligibility: Option<Eligibility>,
    /// What was recommended then.
    pub recommended_amount: Option<Money>,
    /// Who requested it; null for the system and for an integrator's client.
    pub requested_by: Option<UserId>,
    /// The integrator's client that requested it.
    pub requested_by_client: Option<ApiClientId>,
    /// The name of the person or client that requested it.
    pub requester: Option<String>,
    /// Who decided.
    pub processed_by: Option<UserId>,
    /// Their name.
    pub decider: Option<String>,
    /// Through whom it is paid; null for a payment that a person has recorded.
    pub payment_gateway: Option<String>,
    /// What the gateway or the bank calls it.
    pub gateway_refund_id: Option<String>,
    /// Why it was rejected, or refused by the gateway.
    pub failure_reason: Option<String>,
    /// How often the gateway was asked anew: once, and once more after each refusal.
    pub attempts: i32,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// When the gateway was first asked.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the gateway confirmed it.
    pub processed_at: Option<DateTime<Utc>>,
}

filter! {
    /// What the list of refunds can be narrowed by.
    RefundFilter {
        /// The beginning of an order number, or a whole id of the gateway.
        q: String,
        /// Any of these states.
        status: AnyOf<RefundStatus>,
        /// Any of these decisions.
        approval_state: AnyOf<RefundApprovalState>,
        /// Any of these reasons.
        reason_code: AnyOf<RefundReason>,
        /// In any of these currencies.
        currency: AnyOf<Currency>,
        /// Of this payment.
        transaction_id: TransactionId,
        /// Of this order.
        order_id: OrderId,
        /// Of this customer.
        user_id: UserId,
        /// Of payments by any of these methods.
        payment_method: AnyOf<super::transactions::PaymentMethod>,
        /// Through this gateway; `none` is none.
        payment_gateway: String,
        /// Of this much or more.
        amount_from: Money,
        /// Of this much or less.
        amount_to: Money,
        /// Asked for at or after.
        created_at_from: DateTime<Utc>,
        /// Asked for before.
        created_at_to: DateTime<Utc>,
        /// Paid at or after.
        processed_at_from: DateTime<Utc>,
        /// Paid before.
        processed_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of refunds can be ordered by. */ RefundSort { CreatedAt = "created_at" desc, Amount = "amount", ProcessedAt = "processed_at" });

impl RefundStage {
    /// Where a refund stands, of what is kept of it.
    pub const fn of(
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
