//! Money given back. Its id is its idempotency key at the gateway, so no retry pays twice.

use crate::{Currency, Money, RefundId, TransactionId, UserId};
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
    /// What becomes of the eSIM when its payment is given back.
    RefundEffect: RefundEffect, "refund_effect" { None = "none", Cancel = "cancel", Suspend = "suspend" }
}

text_enum! {
    /// What a provider said to our claim.
    ClaimState: ClaimState, "claim_state" { Open = "open", Accepted = "accepted", Rejected = "rejected" }
}

/// Money given back for a payment. The live ones of a payment, pending or processed, never exceed its total.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::refunds, check_for_backend(diesel::pg::Pg)))]
pub struct Refund {
    /// Which refund.
    pub id: RefundId,
    /// The payment it gives back.
    pub transaction_id: TransactionId,
    /// How much.
    pub amount: Money,
    /// The currency, which is the payment's.
    pub currency: Currency,
    /// Why, in a word that can be counted.
    pub reason_code: Option<String>,
    /// Why, in a sentence.
    pub reason: Option<String>,
    /// How far it has come.
    pub status: RefundStatus,
    /// What was decided about it.
    pub approval_state: RefundApprovalState,
    /// Who asked for it; null for the system.
    pub requested_by: Option<UserId>,
    /// Who decided.
    pub processed_by: Option<UserId>,
    /// What the gateway calls it.
    pub gateway_refund_id: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When the gateway confirmed it.
    pub processed_at: Option<DateTime<Utc>>,
}
