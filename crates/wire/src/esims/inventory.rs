//! The stock and what became of it. The activation code is a bearer secret: masked until it is revealed.

use super::profile::{self, ActivationCode};
use crate::{
    AnyOf, Check, EsimId, FieldErrors, OrderId, Param, PlanId, ProviderId, Resource, UserId,
    check::maybe,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

text_enum! {
    /// What can be done with an eSIM.
    EsimStatus: EsimStatus, "esim_status" { Available = "available", Active = "active", Suspended = "suspended", Expired = "expired", Cancelled = "cancelled" }
}
text_enum! {
    /// Where the profile is on its way from the SM-DP+ server to the phone.
    ProfileState: ProfileState, "profile_state" {
        Reserving = "reserving", Released = "released", Downloaded = "downloaded", Installed = "installed",
        Enabled = "enabled", Disabled = "disabled", Deleted = "deleted", Error = "error",
    }
}
text_enum! {
    /// How the ICCID's check digit turned out.
    IccidCheck: IccidCheck, "iccid_check" { Ok = "ok", Mismatch = "mismatch", Missing = "missing" }
}

/// The fewest last digits that find an eSIM.
pub const SHORTEST_END: usize = 4;

/// An eSIM. Its code is masked; `POST /v1/esims/{id}/reveal` opens it and is logged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Esim {
    /// Which eSIM.
    pub id: EsimId,
    /// The number of the profile, 18 to 22 digits.
    pub iccid: String,
    /// How its check digit turned out.
    pub iccid_check: IccidCheck,
    /// The number of the chip that it was installed on, if known.
    pub eid: Option<String>,
    /// Whose it is; null in stock.
    pub user_id: Option<UserId>,
    /// The plan on it, or that it was loaded with.
    pub plan_id: Option<PlanId>,
    /// That plan's name.
    pub plan_name: Option<String>,
    /// Who supplied it.
    pub provider_id: Option<ProviderId>,
    /// That provider's name.
    pub provider_name: Option<String>,
    /// The provider's own reference.
    pub provider_ref: Option<String>,
    /// Its SID at Twilio or KORE.
    pub twilio_sid: Option<String>,
    /// What can be done with it.
    pub status: EsimStatus,
    /// Where the profile is.
    pub profile_state: ProfileState,
    /// The SM-DP+ server that holds the profile.
    pub smdp_address: Option<String>,
    /// The activation code, masked.
    pub activation_code: Option<String>,
    /// Whether the phone will ask for a confirmation code.
    pub confirmation_code_required: bool,
    /// Where its QR code is drawn, for who may reveal it.
    pub qr_code_url: Option<String>,
    /// When it was given to its owner.
    pub assigned_at: Option<DateTime<Utc>>,
    /// When the profile was installed.
    pub installed_at: Option<DateTime<Utc>>,
    /// When it first carried data.
    pub activated_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it came in.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a phone needs to install an eSIM. Every answer of this kind is logged.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Revealed {
    /// The whole code, as the QR code carries it.
    pub activation_code: String,
    /// The server, for typing in by hand.
    pub smdp_address: String,
    /// The code at that server, for typing in by hand.
    pub matching_id: String,
    /// Whether the phone will ask for a confirmation code.
    pub confirmation_code_required: bool,
    /// Opens the installation on an iPhone.
    pub apple_url: String,
    /// Opens the installation on an Android phone.
    pub android_url: String,
}

/// Why a secret is opened.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Reveal {
    /// The reason, for the log.
    #[serde(default)]
    #[cfg_attr(
        feature = "server",
        schema(example = "Customer cannot scan the QR code")
    )]
    pub reason: Option<String>,
}

/// A change of an eSIM in stock; what is absent stays. It does not print: the activation code is a bearer secret.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditEsim {
    /// The plan that it is loaded with; null when it has none.
    #[serde(default, deserialize_with = "maybe::given")]
    pub plan_id: Option<Option<PlanId>>,
    /// The chip's number; null when unknown.
    #[serde(default, deserialize_with = "maybe::given")]
    pub eid: Option<Option<String>>,
    /// The corrected activation code, `LPA:1$server$code`. The eSIM must have no owner; the code is sealed at once.
    #[serde(default, deserialize_with = "maybe::value")]
    #[cfg_attr(feature = "server", schema(format = Password))]
    pub activation_code: Option<String>,
}

filter! {
    /// What the list of eSIMs can be narrowed by.
    EsimFilter {
        /// The beginning of an ICCID or EID, the last digits of an ICCID, or a whole SID or provider's reference; or a
        /// list of these, whole, separated by commas or line breaks.
        q: Numbers,
        /// Any of these states.
        status: AnyOf<EsimStatus>,
        /// Any of these profile states.
        profile_state: AnyOf<ProfileState>,
        /// In stock (false) or given to somebody (true).
        has_user: bool,
        /// Of this person.
        user_id: UserId,
        /// With this plan.
        plan_id: PlanId,
        /// Of this provider.
        provider_id: ProviderId,
        /// Delivered for this order.
        order_id: OrderId,
        /// Any of these check digit results.
        iccid_check: AnyOf<IccidCheck>,
        /// Created at or after.
        created_at_from: DateTime<Utc>,
        /// Created before.
        created_at_to: DateTime<Utc>,
        /// Ends at or after.
        expires_at_from: DateTime<Utc>,
        /// Ends before.
        expires_at_to: DateTime<Utc>,
    }
}
sort_keys!(/** What the list of eSIMs can be ordered by. */ EsimSort { CreatedAt = "created_at" desc, Iccid = "iccid", ExpiresAt = "expires_at", UpdatedAt = "updated_at" });

/// The search text of eSIMs: one or more numbers, as they were typed or pasted.
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

/// One change of an eSIM's state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimStateChange {
    /// The state before; null at the beginning.
    pub from_status: Option<EsimStatus>,
    /// The state since.
    pub to_status: EsimStatus,
    /// The profile's state before.
    pub from_profile_state: Option<ProfileState>,
    /// The profile's state since.
    pub to_profile_state: ProfileState,
    /// Why.
    pub reason: Option<String>,
    /// Who did it; null for the system.
    pub actor_id: Option<UserId>,
    /// Where it came from: import, order, admin or provider.
    pub source: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// The states an eSIM went through, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimHistory {
    /// The changes.
    pub data: Vec<EsimStateChange>,
}

/// One row of a stock file, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimImportRow {
    /// Its row in the spreadsheet, whose first row is the header; of a JSON array its place, from 1.
    pub row: i32,
    /// The ICCID, as it was understood.
    pub iccid: Option<String>,
    /// What became of it, or would.
    pub outcome: crate::catalog::plans::ImportOutcome,
    /// The eSIM that it made or was found to be.
    pub esim_id: Option<EsimId>,
    /// What is unusual about it, without being wrong.
    pub warnings: Vec<crate::FieldError>,
    /// What is wrong with it, field by field.
    pub errors: Vec<crate::FieldError>,
}

filter! {
    /// How a stock file is to be imported.
    EsimImportOptions {
        /// The plan that the rows are loaded with, where they name none.
        plan_id: PlanId,
        /// Who supplied them.
        provider_id: ProviderId,
        /// Only say what would happen.
        dry_run: bool,
    }
}

impl Esim {
    /// The code as lists show it: where it leads, but not what opens it.
    pub fn masked(code: &ActivationCode) -> String {
        format!("LPA:1${}$••••", code.smdp_address)
    }
}

impl From<&ActivationCode> for Revealed {
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
impl Check for Reveal {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}
