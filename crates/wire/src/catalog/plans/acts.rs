//! What can be done to many plans at once.

use super::ValidityPolicy;
use crate::FieldErrors;
use serde::{Deserialize, Serialize};

/// An act on many plans: a word, or a word with what it sets, as in `{"set_validity_days": 30}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum PlanAct {
    /// Put them on sale.
    Activate,
    /// Take them off sale.
    Deactivate,
    /// Withdraw them; what was sold stays.
    Withdraw,
    /// Take a withdrawal back.
    Restore,
    /// Let them last so many days.
    SetValidityDays(i32),
    /// Let their days count from this moment.
    SetValidityPolicy(ValidityPolicy),
    /// Let them be added to an eSIM in use, or not.
    SetTopupAllowed(bool),
}

impl PlanAct {
    /// Adds what is wrong with it.
    pub fn check(self, bad: &mut FieldErrors) {
        if let Self::SetValidityDays(days) = self {
            bad.range("action", days.into(), 1, 3650);
        }
    }
}
