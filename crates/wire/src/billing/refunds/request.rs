//! Requests about refunds: create, reject, confirm.

use super::{RefundEffect, RefundReason};
use crate::{Check, FieldErrors, Money, TransactionId};
use serde::{Deserialize, Serialize};

/// A refund to request. The request needs an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewRefund {
    /// The payment to refund.
    pub transaction_id: TransactionId,
    /// Amount to refund; the full refundable amount when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Reason code.
    pub reason_code: RefundReason,
    /// Reason in a sentence. Staff can read it, the customer cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "server",
        schema(example = "The phone is locked to another operator")
    )]
    pub reason: Option<String>,
    /// What happens to the eSIMs; the recommended effect when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<RefundEffect>,
}

/// Rejection of a refund.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RejectRefund {
    /// The reason, which the requester can read.
    #[cfg_attr(feature = "server", schema(example = "The data was used up"))]
    pub reason: String,
}

/// Confirmation that a staff member has paid the refund out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ConfirmRefund {
    /// Reference of the payout at the bank or wallet.
    #[cfg_attr(feature = "server", schema(example = "SEPA 2026-11-22 0815"))]
    pub reference: String,
}

text_enum! {
    /// An action on many payments.
    BulkTransactionAction: text {
        /// Request a refund of the full refundable amount of each payment.
        Refund = "refund",
    }
}

impl Check for NewRefund {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(amount) = &self.amount {
            bad.positive("amount", amount);
        }
        match &self.reason {
            Some(reason) => bad.lines("reason", reason, 0, 500),
            None if self.reason_code == RefundReason::Other => {
                bad.add("reason", "required", "Enter a reason.");
            }
            None => {}
        }
    }
}
impl Check for RejectRefund {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}
impl Check for ConfirmRefund {
    fn check(&self, bad: &mut FieldErrors) {
        bad.length("reference", &self.reference, 1, 100);
    }
}
