//! The eSIM inventory: eSIMs in stock and delivered ones. The activation code is a bearer secret; it is masked until it
//! is revealed.

use super::profile::{self, ActivationCode};
use crate::{
    AnyOf, Check, EsimId, FieldErrors, OrderId, Param, PlanId, ProviderId, Resource, UserId,
    check::edit_field,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

text_enum! {
    /// Status of an eSIM.
    EsimStatus: EsimStatus, "esim_status" { Available = "available", Active = "active", Suspended = "suspended", Expired = "expired", Cancelled = "cancelled" }
}
text_enum! {
    /// State of the eSIM profile on its way from the SM-DP+ server to the phone.
    ProfileState: ProfileState, "profile_state" {
        Reserving = "reserving", Released = "released", Downloaded = "downloaded", Installed = "installed",
        Enabled = "enabled", Disabled = "disabled", Deleted = "deleted", Error = "error",
    }
}
text_enum! {
    /// Result of the ICCID's check digit verification.
    IccidCheck: IccidCheck, "iccid_check" { Ok = "ok", Mismatch = "mismatch", Missing = "missing" }
}

impl EsimStatus {
    /// Returns whether an eSIM of this status can get the status `to`. A cancelled eSIM never changes, and no eSIM
    /// returns to the stock. Only an order (a top-up), or a bundle that its provider reports as valid, reactivates an
    /// expired eSIM.
    pub const fn can_become(self, to: Self) -> bool {
        use EsimStatus as S;
        match self {
            S::Available => matches!(to, S::Active | S::Expired | S::Cancelled),
            S::Active => matches!(to, S::Suspended | S::Expired | S::Cancelled),
            S::Suspended => matches!(to, S::Active | S::Expired | S::Cancelled),
            S::Expired => matches!(to, S::Active | S::Cancelled),
            S::Cancelled => false,
        }
    }
}

impl ProfileState {
    /// Returns whether a profile of this state can get the state `to`. Notifications may arrive late and out of order, so
    /// a profile only moves forward. Exceptions: it can be enabled and disabled repeatedly, released after a deletion, and
    /// it can recover from an error.
    pub const fn can_become(self, to: Self) -> bool {
        use ProfileState as S;
        match (self, to) {
            (S::Error, S::Error) => false,
            (S::Error, _)
            | (_, S::Error)
            | (S::Disabled, S::Enabled)
            | (S::Deleted, S::Released) => true,
            (S::Deleted, _) => false,
            _ => self.rank() < to.rank(),
        }
    }
    const fn rank(self) -> u8 {
        match self {
            Self::Reserving => 0,
            Self::Released => 1,
            Self::Downloaded => 2,
            Self::Installed => 3,
            Self::Enabled => 4,
            Self::Disabled => 5,
            Self::Deleted => 6,
            Self::Error => 7,
        }
    }
}

/// Minimum number of last digits by which an eSIM can be found.
pub const MIN_LAST_DIGITS: usize = 4;

/// An eSIM. Its activation code is masked; `POST /v1/esims/{id}/reveal` returns it, and the access is logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Esim {
    /// ID of the eSIM.
    pub id: EsimId,
    /// ICCID of the profile, 18 to 22 digits.
    pub iccid: String,
    /// Result of the check digit verification.
    pub iccid_check: IccidCheck,
    /// EID of the device chip that the profile was installed on, if known.
    pub eid: Option<String>,
    /// The customer who owns the eSIM; null for an eSIM in stock.
    pub user_id: Option<UserId>,
    /// The plan of the eSIM.
    pub plan_id: Option<PlanId>,
    /// Name of the plan.
    pub plan_name: Option<String>,
    /// The provider of the eSIM.
    pub provider_id: Option<ProviderId>,
    /// Name of the provider.
    pub provider_name: Option<String>,
    /// The provider's reference.
    pub provider_ref: Option<String>,
    /// SID at Twilio or KORE.
    pub twilio_sid: Option<String>,
    /// Status of the eSIM.
    pub status: EsimStatus,
    /// State of the profile.
    pub profile_state: ProfileState,
    /// Address of the SM-DP+ server that holds the profile.
    pub smdp_address: Option<String>,
    /// Masked activation code.
    pub activation_code: Option<String>,
    /// Whether the phone requires a confirmation code.
    pub confirmation_code_required: bool,
    /// URL of the QR code, for callers who may reveal it.
    pub qr_code_url: Option<String>,
    /// When the eSIM was assigned to its owner.
    pub assigned_at: Option<DateTime<Utc>>,
    /// When the profile was installed.
    pub installed_at: Option<DateTime<Utc>>,
    /// When the eSIM was first used for data.
    pub activated_at: Option<DateTime<Utc>>,
    /// When the eSIM expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// Version of the eSIM, as sent in the `ETag`.
    pub version: i32,
    /// When the eSIM was received.
    pub created_at: DateTime<Utc>,
    /// When the eSIM was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Data for installing an eSIM on a phone. Every access is logged.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimInstallation {
    /// The full activation code, as the QR code contains it.
    pub activation_code: String,
    /// SM-DP+ address, for manual entry.
    pub smdp_address: String,
    /// Activation code at the SM-DP+ server, for manual entry.
    pub matching_id: String,
    /// Whether the phone requires a confirmation code.
    pub confirmation_code_required: bool,
    /// URL that opens the installation on an iPhone.
    pub apple_url: String,
    /// URL that opens the installation on an Android phone.
    pub android_url: String,
}

/// The reason for revealing masked data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RevealRequest {
    /// The reason, stored in the access log.
    #[serde(default)]
    #[cfg_attr(
        feature = "server",
        schema(example = "Customer cannot scan the QR code")
    )]
    pub reason: Option<String>,
}

/// A change of an eSIM in stock; absent fields stay unchanged. The type does not implement `Debug`, because the
/// activation code is a bearer secret.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditEsim {
    /// The plan of the eSIM; null for none.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub plan_id: Option<Option<PlanId>>,
    /// EID of the device chip; null when unknown.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub eid: Option<Option<String>>,
    /// The corrected activation code, `LPA:1$server$code`. Only an eSIM without an owner can be corrected. The server
    /// encrypts the code before it stores it.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub activation_code: Option<String>,
}

filter! {
    /// Filter of the list of eSIMs.
    EsimFilter {
        /// Prefix of an ICCID or EID, the last digits of an ICCID, or a full SID or provider reference; or a list of
        /// full values, separated by commas or line breaks.
        q: Numbers,
        /// eSIMs with any of these statuses.
        status: AnyOf<EsimStatus>,
        /// eSIMs in any of these profile states.
        profile_state: AnyOf<ProfileState>,
        /// In stock (false) or assigned to a customer (true).
        has_user: bool,
        /// eSIMs of this customer.
        user_id: UserId,
        /// eSIMs with this plan.
        plan_id: PlanId,
        /// eSIMs of this provider.
        provider_id: ProviderId,
        /// eSIMs delivered for this order.
        order_id: OrderId,
        /// eSIMs with any of these check digit results.
        iccid_check: AnyOf<IccidCheck>,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
        /// Expires at or after.
        expires_at_from: DateTime<Utc>,
        /// Expires before.
        expires_at_to: DateTime<Utc>,
    }
}
sort_keys!(
    /// Sort keys of the list of eSIMs.
    EsimSort { CreatedAt = "created_at" desc, Iccid = "iccid", ExpiresAt = "expires_at", UpdatedAt = "updated_at" });

/// Search text for eSIMs: one or more numbers, as typed or pasted.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Numbers(pub String);

impl Param for Numbers {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if text.chars().count() > 5_000 {
            return Err("must have 5,000 characters at most");
        }
        if text.contains('\0') {
            return Err("must not contain a NUL character");
        }
        Ok(Self(text.to_owned()))
    }
    fn show(&self) -> String {
        self.0.clone()
    }
}

/// A status change of an eSIM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimStateChange {
    /// The previous status; null for the first entry.
    pub from_status: Option<EsimStatus>,
    /// The new status.
    pub to_status: EsimStatus,
    /// The previous profile state.
    pub from_profile_state: Option<ProfileState>,
    /// The new profile state.
    pub to_profile_state: ProfileState,
    /// The reason.
    pub reason: Option<String>,
    /// The user who made the change; null for the system.
    pub actor_id: Option<UserId>,
    /// Origin of the change: import, order, admin or provider.
    pub source: String,
    /// When the status changed.
    pub created_at: DateTime<Utc>,
}

/// Status changes of an eSIM, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimHistory {
    /// The status changes.
    pub data: Vec<EsimStateChange>,
}

/// A row of an imported stock file and its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimImportRow {
    /// Number of the row in the spreadsheet, whose first row is the header; in a JSON array the position, from 1.
    pub row: i32,
    /// The normalized ICCID.
    pub iccid: Option<String>,
    /// Result of the row, or the expected result in a dry run.
    pub outcome: crate::catalog::plans::ImportOutcome,
    /// The created or matching eSIM.
    pub esim_id: Option<EsimId>,
    /// Warnings about unusual, but valid values.
    pub warnings: Vec<crate::FieldError>,
    /// Errors of the row, by field.
    pub errors: Vec<crate::FieldError>,
}

filter! {
    /// Options of the import of a stock file.
    EsimImportOptions {
        /// The plan of rows that state none.
        plan_id: PlanId,
        /// The provider of the eSIMs.
        provider_id: ProviderId,
        /// Only report the expected result.
        dry_run: bool,
    }
}

impl Esim {
    /// Masks an activation code: the server address stays visible, the secret part does not.
    pub fn masked(code: &ActivationCode) -> String {
        format!("LPA:1${}$••••", code.smdp_address)
    }
}

impl From<&ActivationCode> for EsimInstallation {
    fn from(code: &ActivationCode) -> Self {
        Self {
            activation_code: code.lpa(),
            smdp_address: code.smdp_address.clone(),
            matching_id: code.matching_id.clone(),
            confirmation_code_required: code.confirmation_code_required,
            apple_url: code.apple_url(),
            android_url: code.android_url(),
        }
    }
}

impl Resource for Esim {
    const PATH: &'static str = "/v1/esims";
    const ONE: &'static str = "eSIM";
    const MANY: &'static str = "eSIMs";
    type Id = EsimId;
    type Filter = EsimFilter;
    type Sort = EsimSort;
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

impl Check for EditEsim {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(Some(eid)) = &self.eid
            && let Err(why) = profile::eid(eid)
        {
            bad.add("eid", "eid", format!("The EID {why}."));
        }
        if let Some(code) = &self.activation_code
            && let Err(why) = ActivationCode::parse(code)
        {
            bad.add(
                "activation_code",
                "activation_code",
                format!("The activation code {why}."),
            );
        }
    }
}
impl Check for RevealRequest {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}
