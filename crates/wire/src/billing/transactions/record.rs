//! Payments that a person records: what came in by bank, wallet or chain, beside the gateway.

use super::PaymentMethod;
use crate::{Check, Currency, FieldErrors, Money};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What came in for a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ConfirmPayment {
    /// The received amount. Another amount than was due completes nothing: it is recorded, and becomes a case of the
    /// kind `amount_mismatch`.
    #[cfg_attr(feature = "server", schema(example = "9.90"))]
    pub amount: Money,
    /// In which currency.
    pub currency: Currency,
    /// What it is known by there: the bank's reference, the wallet's id, the hash on the chain.
    #[cfg_attr(feature = "server", schema(example = "2026-11-22/4711"))]
    pub reference: String,
    /// When it came in.
    pub received_at: DateTime<Utc>,
}

/// Why a payment will not come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RejectPayment {
    /// The reason, for the record.
    #[cfg_attr(feature = "server", schema(example = "The transfer was returned"))]
    pub reason: String,
}

impl PaymentMethod {
    /// Whether a person records it, because no gateway tells of it.
    pub const fn is_recorded(self) -> bool {
        !matches!(self, Self::CreditCard)
    }
}

impl Check for ConfirmPayment {
    fn check(&self, bad: &mut FieldErrors) {
        bad.positive("amount", &self.amount);
        bad.length("reference", &self.reference, 1, 100);
    }
}
impl Check for RejectPayment {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}
