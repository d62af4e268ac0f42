//! Share links: a page with the QR code of an eSIM for a person without an account, protected by an access code.

use crate::{Check, EsimId, EsimShareId, FieldErrors, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Maximum validity of a share link in hours.
pub const MAX_SHARE_HOURS: i64 = 168;

/// Number of wrong access codes after which a share link is locked.
pub const MAX_SHARE_ATTEMPTS: i32 = 5;

text_enum! {
    /// State of a share link.
    ShareState: text {
        /// The link can be opened.
        Open = "open",
        /// The validity of the link has ended.
        Expired = "expired",
        /// The link was revoked.
        Revoked = "revoked",
        /// The access code was entered wrongly too often.
        Locked = "locked",
    }
}

/// The request of a share link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewEsimShare {
    /// Hours until the link expires, 1 to 168.
    #[serde(default = "one_day")]
    #[cfg_attr(feature = "server", schema(example = 24))]
    pub valid_hours: i64,
    /// The reason, stored in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A new share link. The address and the access code are returned only here: send them on different ways.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CreatedEsimShare {
    /// ID of the link.
    pub id: EsimShareId,
    /// Address of the page.
    pub url: String,
    /// The access code.
    pub access_code: String,
    /// When the link expires.
    pub expires_at: DateTime<Utc>,
}

/// A share link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimShare {
    /// ID of the link.
    pub id: EsimShareId,
    /// The eSIM.
    pub esim_id: EsimId,
    /// State of the link.
    pub state: ShareState,
    /// Number of times that the QR code was shown.
    pub views: i32,
    /// When the QR code was last shown.
    pub last_viewed_at: Option<DateTime<Utc>>,
    /// Number of wrong access codes since the last correct one.
    pub failed_attempts: i32,
    /// The user who created the link; null for API clients.
    pub created_by: Option<UserId>,
    /// When the link expires.
    pub expires_at: DateTime<Utc>,
    /// When the link was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When the link was created.
    pub created_at: DateTime<Utc>,
}

/// The share links of an eSIM, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimShares {
    /// The links.
    pub data: Vec<EsimShare>,
}

/// The request to assign an eSIM to another customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReassignEsim {
    /// The new owner.
    pub user_id: UserId,
    /// The reason, stored in the audit log.
    #[cfg_attr(feature = "server", schema(example = "Bought as a gift"))]
    pub reason: String,
}

const fn one_day() -> i64 {
    24
}

impl Check for NewEsimShare {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("valid_hours", self.valid_hours, 1, MAX_SHARE_HOURS);
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}

impl Check for ReassignEsim {
    fn check(&self, bad: &mut FieldErrors) {
        bad.lines("reason", &self.reason, 3, 500);
    }
}
