//! What a plan is made of, and what can be changed of it.

use super::{Regions, ValidityPolicy};
use crate::{Check, Decimal, FieldErrors, check::maybe};
use serde::{Deserialize, Serialize};
use serde_with_macros::skip_serializing_none;

/// A plan to be created.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Insertable), diesel(table_name = schema::plans))]
pub struct NewPlan {
    /// What it is called.
    #[cfg_attr(feature = "server", schema(example = "5 GB Europe"))]
    pub name: String,
    /// What the customer reads about it.
    #[serde(default)]
    pub description: Option<String>,
    /// Data in MB of 1,000,000 bytes; null is unlimited.
    #[serde(default)]
    #[cfg_attr(feature = "server", schema(example = "5000.00"))]
    pub data_limit_mb: Option<Decimal>,
    /// Minutes of calls included.
    #[serde(default)]
    pub voice_minutes: i32,
    /// Text messages included.
    #[serde(default)]
    pub sms_count: i32,
    /// Days that it lasts.
    #[cfg_attr(feature = "server", schema(example = 30))]
    pub validity_days: i32,
    /// Where it works.
    #[cfg_attr(feature = "server", schema(value_type = Vec<String>, example = json!(["EUROPE"])))]
    pub regions: Regions,
    /// Whether it can be bought at once.
    #[serde(default = "yes")]
    pub is_active: bool,
    /// Whether it can be added to an eSIM that is in use.
    #[serde(default = "yes")]
    pub topup_allowed: bool,
    /// From when its days count.
    #[serde(default = "first_use")]
    pub validity_policy: ValidityPolicy,
    /// Days within which it must be activated; null is whenever.
    #[serde(default)]
    pub activate_within_days: Option<i32>,
    /// Fair use: data a day at full speed, in MB; null is all of it.
    #[serde(default)]
    pub daily_limit_mb: Option<Decimal>,
    /// Fair use: how fast it is after that, in kbit/s; null is not at all.
    #[serde(default)]
    pub throttled_kbps: Option<i32>,
    /// Whether its data may be shared with other devices.
    #[serde(default = "yes")]
    pub hotspot_allowed: bool,
    /// The access point that a device must be set to; null finds it by itself.
    #[serde(default)]
    pub apn: Option<String>,
    /// Whether only verified customers can buy it.
    #[serde(default)]
    pub kyc_required: bool,
}

/// A change of a plan; what is absent stays. Orders keep the terms they were placed with.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::AsChangeset), diesel(table_name = schema::plans))]
pub struct EditPlan {
    /// What it is called.
    #[serde(default, deserialize_with = "maybe::value")]
    pub name: Option<String>,
    /// What the customer reads about it; null removes it.
    #[serde(default, deserialize_with = "maybe::given")]
    pub description: Option<Option<String>>,
    /// Data in MB; null is unlimited.
    #[serde(default, deserialize_with = "maybe::given")]
    pub data_limit_mb: Option<Option<Decimal>>,
    /// Minutes of calls included.
    #[serde(default, deserialize_with = "maybe::value")]
    pub voice_minutes: Option<i32>,
    /// Text messages included.
    #[serde(default, deserialize_with = "maybe::value")]
    pub sms_count: Option<i32>,
    /// Days that it lasts.
    #[serde(default, deserialize_with = "maybe::value")]
    pub validity_days: Option<i32>,
    /// Where it works.
    #[cfg_attr(feature = "server", schema(value_type = Option<Vec<String>>))]
    #[serde(default, deserialize_with = "maybe::value")]
    pub regions: Option<Regions>,
    /// Whether it can be bought.
    #[serde(default, deserialize_with = "maybe::value")]
    pub is_active: Option<bool>,
    /// Whether it can be added to an eSIM that is in use.
    #[serde(default, deserialize_with = "maybe::value")]
    pub topup_allowed: Option<bool>,
    /// From when its days count.
    #[serde(default, deserialize_with = "maybe::value")]
    pub validity_policy: Option<ValidityPolicy>,
    /// Days within which it must be activated; null is whenever.
    #[serde(default, deserialize_with = "maybe::given")]
    pub activate_within_days: Option<Option<i32>>,
    /// Fair use: data a day at full speed, in MB; null is all of it.
    #[serde(default, deserialize_with = "maybe::given")]
    pub daily_limit_mb: Option<Option<Decimal>>,
    /// Fair use: how fast it is after that, in kbit/s; null is not at all.
    #[serde(default, deserialize_with = "maybe::given")]
    pub throttled_kbps: Option<Option<i32>>,
    /// Whether its data may be shared with other devices.
    #[serde(default, deserialize_with = "maybe::value")]
    pub hotspot_allowed: Option<bool>,
    /// The access point that a device must be set to; null finds it by itself.
    #[serde(default, deserialize_with = "maybe::given")]
    pub apn: Option<Option<String>>,
    /// Whether only verified customers can buy it.
    #[serde(default, deserialize_with = "maybe::value")]
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

/// What both forms say about days to wait, fair use and the access point.
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
