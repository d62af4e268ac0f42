//! Settings of the system. Never a secret: those belong in the environment or in a sealed column.

mod amounts;
mod kyc;
mod registry;
#[cfg(test)]
mod tests;
#[cfg(feature = "server")]
mod values;

pub use amounts::AmountLimits;
pub use kyc::KycRequired;
pub use registry::{KNOWN, Known, Rule, Weakened, known};
#[cfg(feature = "server")]
pub use registry::{Name, SettingValue, keys};

use crate::{Check, FieldErrors, Param, Resource, SettingChangeId, SettingId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a setting's text is to be read.
    SettingDataType: SettingDataType, "setting_data_type" { String = "string", Number = "number", Boolean = "boolean", Json = "json" }
}
text_enum! {
    /// Where the value in force comes from.
    SettingSource: text {
        /// Nobody has set it.
        Default = "default",
        /// Somebody has set it.
        Database = "database",
    }
}

/// A setting. Which there are, and what they may be, is part of the program; what they are is set here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Setting {
    /// Which setting.
    pub id: SettingId,
    /// What it is called; stands for its id in addresses.
    pub key: String,
    /// What it was set to, as text; null leaves it at its default.
    pub value: Option<String>,
    /// What is in force, as text.
    pub effective: String,
    /// Where that comes from.
    pub source: SettingSource,
    /// What it is while nobody sets it.
    pub default: String,
    /// How to read these texts.
    pub data_type: SettingDataType,
    /// What it may be, in a sentence.
    pub accepts: String,
    /// What it is filed under.
    pub category: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// Whether anybody may read it, signed in or not.
    pub is_public: bool,
    /// Whether it is a control of money or safety: weakening it takes a super administrator who has confirmed who
    /// they are.
    pub is_control: bool,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A change of a setting.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditSetting {
    /// What it is set to, as text; null takes it back to its default.
    #[serde(deserialize_with = "Option::deserialize")]
    #[cfg_attr(feature = "server", schema(required, example = "45"))]
    pub value: Option<String>,
    /// Why, for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Back to what a setting was before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RollBack {
    /// The version whose value is taken over.
    #[cfg_attr(feature = "server", schema(example = 1))]
    pub version: i32,
    /// Why, for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a setting was set to at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SettingChange {
    /// Which change.
    pub id: SettingChangeId,
    /// The version that it made.
    pub version: i32,
    /// What it set; null is the default.
    pub value: Option<String>,
    /// Who did it; null for the system.
    pub changed_by: Option<UserId>,
    /// Who did it, by name.
    pub actor: Option<String>,
    /// Why, as they said.
    pub reason: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// What a setting went through, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SettingHistory {
    /// The changes.
    pub data: Vec<SettingChange>,
}

/// What anybody may know of the settings, each value of its own type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PublicSettings {
    /// By key.
    #[cfg_attr(feature = "server", schema(value_type = Object, example = json!({ "business.name": "Example Travel", "business.time_zone": "Europe/Berlin" })))]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// A setting in an address: by its id, or by its key.
#[derive(Debug, Clone, PartialEq)]
pub enum SettingRef {
    /// By id.
    Id(SettingId),
    /// By key.
    Key(String),
}

impl Param for SettingRef {
    fn parse(text: &str) -> Result<Self, &'static str> {
        match SettingId::parse(text) {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => String::parse(text).map(Self::Key),
        }
    }
    fn show(&self) -> String {
        match self {
            Self::Id(id) => id.show(),
            Self::Key(key) => key.clone(),
        }
    }
}

filter! {
    /// What the settings can be narrowed by.
    SettingFilter {
        /// Any part of the key or the description.
        q: String,
        /// Filed under this.
        category: String,
    }
}
sort_keys!(/** What the settings can be ordered by. */ SettingSort { Key = "key" asc, UpdatedAt = "updated_at" });

impl Resource for Setting {
    const PATH: &'static str = "/v1/settings";
    const ONE: &'static str = "setting";
    const MANY: &'static str = "settings";
    type Id = SettingId;
    type Filter = SettingFilter;
    type Sort = SettingSort;
    fn id(&self) -> SettingId {
        self.id
    }
    fn version(&self) -> i32 {
        self.version
    }
    fn label(&self) -> String {
        self.key.clone()
    }
}

impl Check for EditSetting {
    fn check(&self, bad: &mut FieldErrors) {
        if let Some(value) = &self.value {
            bad.lines("value", value, 0, 5000);
            bad.no_secret("value", value);
        }
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}
impl Check for RollBack {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("version", self.version.into(), 1, i32::MAX.into());
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}
