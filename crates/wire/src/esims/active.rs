//! eSIMs in use: the current bundle, its usage, and when the eSIM was last seen.

use super::inventory::{EsimStatus, Numbers, ProfileState};
use crate::{AnyOf, Decimal, EsimId, PlanId, ProviderId, Resource, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// An eSIM that is active or suspended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ActiveEsim {
    /// ID of the eSIM.
    pub id: EsimId,
    /// ICCID of the profile.
    pub iccid: String,
    /// The customer who owns the eSIM.
    pub user_id: Option<UserId>,
    /// The plan of the current bundle.
    pub plan_id: Option<PlanId>,
    /// Name of the plan.
    pub plan_name: Option<String>,
    /// The provider.
    pub provider_id: Option<ProviderId>,
    /// Name of the provider.
    pub provider_name: Option<String>,
    /// Status of the eSIM.
    pub status: EsimStatus,
    /// State of the profile.
    pub profile_state: ProfileState,
    /// The state in the provider's words.
    pub provider_state: Option<String>,
    /// EID of the device chip, if known.
    pub eid: Option<String>,
    /// Used data of the active bundles in bytes.
    pub used_bytes: i64,
    /// Data volume of the active bundles in bytes; null for unlimited, or without an active bundle.
    pub total_bytes: Option<i64>,
    /// Used data in percent of the volume; null for unlimited, or without an active bundle.
    pub used_percent: Option<Decimal>,
    /// Number of bundles that follow the current one.
    pub queued_bundles: i64,
    /// When the eSIM was first used for data.
    pub activated_at: Option<DateTime<Utc>>,
    /// When the eSIM expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the provider last reported usage or the state.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Version of the eSIM, as sent in the `ETag`.
    pub version: i32,
    /// When the eSIM was received.
    pub created_at: DateTime<Utc>,
}

filter! {
    /// Filter of the list of active eSIMs.
    ActiveEsimFilter {
        /// Prefix of an ICCID or EID, the last digits of an ICCID, or a full SID or provider reference; or a list of
        /// full values, separated by commas or line breaks.
        q: Numbers,
        /// Active eSIMs, or suspended ones.
        status: AnyOf<EsimStatus>,
        /// eSIMs in any of these profile states.
        profile_state: AnyOf<ProfileState>,
        /// eSIMs of this customer.
        user_id: UserId,
        /// eSIMs with this plan.
        plan_id: PlanId,
        /// eSIMs of this provider.
        provider_id: ProviderId,
        /// First used at or after.
        activated_at_from: DateTime<Utc>,
        /// First used before.
        activated_at_to: DateTime<Utc>,
        /// Expires at or after.
        expires_at_from: DateTime<Utc>,
        /// Expires before.
        expires_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of active eSIMs.
    ActiveEsimSort { ExpiresAt = "expires_at" asc, ActivatedAt = "activated_at", LastSeenAt = "last_seen_at", Iccid = "iccid" });

impl Resource for ActiveEsim {
    const PATH: &'static str = "/v1/active-esims";
    const ONE: &'static str = "active eSIM";
    const MANY: &'static str = "active eSIMs";
    type Id = EsimId;
    type Filter = ActiveEsimFilter;
    type Sort = ActiveEsimSort;
    fn id(&self) -> EsimId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.iccid.clone()
    }
}
