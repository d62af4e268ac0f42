//! Actions on users and their reasons.

use super::UserRole;
use crate::{Check, FieldErrors};
use serde::{Deserialize, Serialize};

text_enum! {
    /// An action on many users.
    BulkUserAction: text {
        /// Activate the accounts.
        Activate = "activate",
        /// Deactivate the accounts.
        Deactivate = "deactivate",
        /// Suspend the accounts; requires a reason.
        Suspend = "suspend",
        /// Ban the users; requires a reason.
        Ban = "ban",
        /// Delete the users; their orders stay.
        Delete = "delete",
        /// Restore deleted users.
        Restore = "restore",
    }
}

impl BulkUserAction {
    /// Returns whether the action requires a reason.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Suspend | Self::Ban)
    }
}

/// The reason for an action; it is stored in the audit log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RequiredReason {
    /// The reason.
    #[cfg_attr(feature = "server", schema(example = "Chargebacks on three orders"))]
    pub reason: String,
}

/// An optional reason for an action; it is stored in the audit log.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OptionalReason {
    /// The reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "Requested by phone"))]
    pub reason: Option<String>,
}

/// A new role for a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewRole {
    /// The new role.
    #[cfg_attr(feature = "server", schema(example = "support"))]
    pub role: UserRole,
    /// The reason, stored in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Check for RequiredReason {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}
impl Check for OptionalReason {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}
impl Check for NewRole {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}
