//! Payments outside the gateway, by bank transfer, wallet or cryptocurrency, which a staff member records.

use super::PaymentMethod;
use crate::{Check, Currency, FieldErrors, Money};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A received payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ConfirmPayment {
    /// The received amount. An amount that differs from the amount due does not complete the payment; the server opens
    /// a case of the kind `amount_mismatch` instead.
    #[cfg_attr(feature = "server", schema(example = "9.90"))]
    pub amount: Money,
    /// Currency of the received amount.
    pub currency: Currency,
    /// Reference of the payment: the bank's reference, the wallet's ID, or the transaction hash.
    #[cfg_attr(feature = "server", schema(example = "2026-11-22/4711"))]
    pub reference: String,
    /// When the payment was received.
    pub received_at: DateTime<Utc>,
}

/// Rejection of a payment that will not be received.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RejectPayment {
    /// The reason, stored in the audit log.
    #[cfg_attr(feature = "server", schema(example = "The transfer was returned"))]
    pub reason: String,
}

impl PaymentMethod {
    /// Returns whether a staff member records payments of this method, because no gateway reports them.
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
