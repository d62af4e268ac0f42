//! What is said when something is done to a person: the act, the reason, the new role.

use super::UserRole;
use crate::{Check, FieldErrors};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What can be done to many people at once.
    UserAct: text {
        /// Let them in again.
        Activate = "activate",
        /// Put the account to rest.
        Deactivate = "deactivate",
        /// Keep them out for a while; needs a reason.
        Suspend = "suspend",
        /// Keep them out for good; needs a reason.
        Ban = "ban",
        /// Delete them; what they bought stays.
        Delete = "delete",
        /// Take a deletion back.
        Restore = "restore",
    }
}

impl UserAct {
    /// Whether it is not done without a reason.
    pub const fn needs_reason(self) -> bool {
        matches!(self, Self::Suspend | Self::Ban)
    }
}

/// Why it is done; the reason is kept with the record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Because {
    /// The reason.
    #[cfg_attr(feature = "server", schema(example = "Chargebacks on three orders"))]
    pub reason: String,
}

/// Why it is done, if that is worth keeping with the record.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Remark {
    /// The reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "Asked for by phone"))]
    pub reason: Option<String>,
}

/// What somebody is to be from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewRole {
    /// The role.
    #[cfg_attr(feature = "server", schema(example = "support"))]
    pub role: UserRole,
    /// Why, for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Check for Because {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 1, 500);
    }
}
impl Check for Remark {
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
