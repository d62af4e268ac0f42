//! Requests that create and change plans.

use super::{Regions, ValidityPolicy};
use crate::{Check, Decimal, FieldErrors, check::edit_field};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// A plan to create.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Insertable), diesel(table_name = schema::plans))]
pub struct NewPlan {
    /// Name of the plan.
    #[cfg_attr(feature = "server", schema(example = "5 GB Europe"))]
    pub name: String,
    /// Description for customers.
    #[serde(default)]
    pub description: Option<String>,
    /// Data in MB of 1,000,000 bytes; null for unlimited.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "5000.00"))]
    pub data_limit_mb: Option<Decimal>,
    /// Minutes of calls included.
    #[serde(default)]
    pub voice_minutes: i32,
    /// Text messages included.
    #[serde(default)]
    pub sms_count: i32,
    /// Validity in days.
    #[cfg_attr(feature = "server", schema(example = 30))]
    pub validity_days: i32,
    /// Coverage: ISO 3166-1 alpha-2 countries and named groups.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>, example = json!(["EUROPE"])))]
    pub regions: Regions,
    /// Whether the plan is on sale immediately.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Whether the plan can be added to an existing eSIM.
    #[serde(default = "yes")]
    pub topup_allowed: bool,
    /// When the validity starts.
    #[serde(default = "first_use")]
    pub validity_policy: ValidityPolicy,
    /// Days within which the eSIM must be activated; null for no limit.
    #[serde(default)]
    pub activate_within_days: Option<i32>,
    /// Fair use: data per day at full speed, in MB; null for no daily limit.
    #[serde(default)]
    pub daily_limit_mb: Option<Decimal>,
    /// Fair use: speed after the daily limit, in kbit/s; null for no throttling.
    #[serde(default)]
    pub throttled_kbps: Option<i32>,
    /// Whether the data may be shared with other devices.
    #[serde(default = "yes")]
    pub hotspot_allowed: bool,
    /// The APN to configure on the device; null when the device finds it automatically.
    #[serde(default)]
    pub apn: Option<String>,
    /// Whether only verified customers can buy the plan.
    #[serde(default)]
    pub kyc_required: bool,
}

/// A change of a plan; absent fields stay unchanged. Existing orders keep their terms.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::AsChangeset), diesel(table_name = schema::plans))]
pub struct EditPlan {
    /// Name of the plan.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub name: Option<String>,
    /// Description for customers; null removes it.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub description: Option<Option<String>>,
    /// Data in MB of 1,000,000 bytes; null for unlimited.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub data_limit_mb: Option<Option<Decimal>>,
    /// Minutes of calls included.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub voice_minutes: Option<i32>,
    /// Text messages included.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub sms_count: Option<i32>,
    /// Validity in days.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub validity_days: Option<i32>,
    /// Coverage: ISO 3166-1 alpha-2 countries and named groups.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<String>>))]
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub regions: Option<Regions>,
    /// Whether the plan is on sale.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub is_active: Option<bool>,
    /// Whether the plan can be added to an existing eSIM.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub topup_allowed: Option<bool>,
    /// When the validity starts.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub validity_policy: Option<ValidityPolicy>,
    /// Days within which the eSIM must be activated; null for no limit.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub activate_within_days: Option<Option<i32>>,
    /// Fair use: data per day at full speed, in MB; null for no daily limit.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub daily_limit_mb: Option<Option<Decimal>>,
    /// Fair use: speed after the daily limit, in kbit/s; null for no throttling.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub throttled_kbps: Option<Option<i32>>,
    /// Whether the data may be shared with other devices.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub hotspot_allowed: Option<bool>,
    /// The APN to configure on the device; null when the device finds it automatically.
    #[serde(default, deserialize_with = "edit_field::nullable")]
    pub apn: Option<Option<String>>,
    /// Whether only verified customers can buy the plan.
    #[serde(default, deserialize_with = "edit_field::not_null")]
    pub kyc_required: Option<bool>,
}

impl Default for NewPlan {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: None,
            data_limit_mb: None,
            voice_minutes: 0,
            sms_count: 0,
            validity_days: 30,
            regions: Regions::default(),
            is_active: true,
            topup_allowed: true,
            validity_policy: ValidityPolicy::FirstUse,
            activate_within_days: None,
            daily_limit_mb: None,
            throttled_kbps: None,
            hotspot_allowed: true,
            apn: None,
            kyc_required: false,
        }
    }
}

impl Check for NewPlan {
    fn check(&self, bad: &mut FieldErrors) {
        bad.name("name", &self.name, 100);
        if let Some(text) = &self.description {
            bad.lines("description", text, 0, 5000);
        }
        if let Some(limit) = &self.data_limit_mb {
            bad.positive("data_limit_mb", limit);
        }
        bad.range("voice_minutes", self.voice_minutes.into(), 0, 1_000_000);
        bad.range("sms_count", self.sms_count.into(), 0, 1_000_000);
        bad.range("validity_days", self.validity_days.into(), 1, 3650);
        self.regions.check("regions", bad);
        self.fair_use().check(bad);
    }
}
impl Check for EditPlan {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(name) = &self.name {
            bad.name("name", name, 100);
        }
        if let Some(Some(text)) = &self.description {
            bad.lines("description", text, 0, 5000);
        }
        if let Some(Some(limit)) = &self.data_limit_mb {
            bad.positive("data_limit_mb", limit);
        }
        if let Some(minutes) = self.voice_minutes {
            bad.range("voice_minutes", minutes.into(), 0, 1_000_000);
        }
        if let Some(count) = self.sms_count {
            bad.range("sms_count", count.into(), 0, 1_000_000);
        }
        if let Some(days) = self.validity_days {
            bad.range("validity_days", days.into(), 1, 3650);
        }
        if let Some(regions) = &self.regions {
            regions.check("regions", bad);
        }
        self.fair_use().check(bad);
    }
}

/// The fields about activation, fair use and the APN, which both requests share.
struct FairUse<'a> {
    activate_within_days: Option<i32>,
    daily_limit_mb: Option<&'a Decimal>,
    throttled_kbps: Option<i32>,
    apn: Option<&'a str>,
}

impl NewPlan {
    fn fair_use(&self) -> FairUse<'_> {
        FairUse {
            activate_within_days: self.activate_within_days,
            daily_limit_mb: self.daily_limit_mb.as_ref(),
            throttled_kbps: self.throttled_kbps,
            apn: self.apn.as_deref(),
        }
    }
}
impl EditPlan {
    fn fair_use(&self) -> FairUse<'_> {
        FairUse {
            activate_within_days: self.activate_within_days.flatten(),
            daily_limit_mb: self.daily_limit_mb.as_ref().and_then(Option::as_ref),
            throttled_kbps: self.throttled_kbps.flatten(),
            apn: self.apn.as_ref().and_then(Option::as_deref),
        }
    }
}

impl FairUse<'_> {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(days) = self.activate_within_days {
            bad.range("activate_within_days", days.into(), 1, 3650);
        }
        if let Some(limit) = self.daily_limit_mb {
            bad.positive("daily_limit_mb", limit);
        }
        if let Some(speed) = self.throttled_kbps {
            bad.range("throttled_kbps", speed.into(), 1, 10_000_000);
        }
        let Some(apn) = self.apn else { return };
        bad.length("apn", apn, 1, 100);
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !apn.chars().all(fits) {
            bad.add("apn", "apn", "Use letters, digits, dots and hyphens.");
        }
    }
}

fn first_use() -> ValidityPolicy {
    ValidityPolicy::FirstUse
}

fn yes() -> bool {
    true
}
