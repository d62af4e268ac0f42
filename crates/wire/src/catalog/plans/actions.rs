//! Bulk actions on plans.

use super::ValidityPolicy;
use crate::FieldErrors;
use serde::{Deserialize, Serialize};

/// An action on many plans: a word, or an object with the value to set, as in `{"set_validity_days": 30}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum BulkPlanAction {
    /// Put the plans on sale.
    Activate,
    /// Take the plans off sale.
    Deactivate,
    /// Archive the plans; existing orders stay.
    Withdraw,
    /// Restore archived plans.
    Restore,
    /// Set the validity in days.
    SetValidityDays(i32),
    /// Set when the validity starts.
    SetValidityPolicy(ValidityPolicy),
    /// Set whether the plans can be added to an existing eSIM.
    SetTopupAllowed(bool),
}

impl BulkPlanAction {
    /// Adds an error when the value to set is invalid.
    pub fn check(self, bad: &mut FieldErrors) {
        if let Self::SetValidityDays(days) = self {
            bad.range("action", days.into(), 1, 3650);
        }
    }
}
