//! What people say about refunds: that there shall be one, and what they decide.

use super::{RefundEffect, RefundReason};
use crate::{Check, FieldErrors, Money, TransactionId};
use serde::{Deserialize, Serialize};

/// A refund to be asked for. Needs an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewRefund {
    /// The payment to give back.
    pub transaction_id: TransactionId,
    /// How much; all that is left when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Why, in a word that can be counted.
    pub reason_code: RefundReason,
    /// Why, in a sentence. The staff read it, the customer does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "server",
        schema(example = "The phone is locked to another operator")
    )]
    pub reason: Option<String>,
    /// What becomes of the eSIMs; what is recommended when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<RefundEffect>,
}

/// Why a refund is rejected.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RejectRefund {
    /// The reason, for who asked.
    #[cfg_attr(feature = "server", schema(example = "The data was used up"))]
    pub reason: String,
}

/// A refund that a person has paid out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ConfirmRefund {
    /// What the bank or the wallet calls the payment.
    #[cfg_attr(feature = "server", schema(example = "SEPA 2026-11-22 0815"))]
    pub reference: String,
}

text_enum! {
    /// What can be done to many payments at once.
    TransactionAct: text {
        /// Give back all that is left of each.
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
                bad.add(
                    "reason",
                    "required",
                    "Say in a sentence what the reason is.",
                );
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
