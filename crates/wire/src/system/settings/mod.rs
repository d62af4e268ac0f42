//! Settings of the system. Secrets are never settings: they belong in the environment or in an encrypted column.

mod amounts;
mod kyc;
mod registry;
#[cfg(test)]
mod tests;
#[cfg(feature = "server")]
mod values;

pub use amounts::AmountLimits;
pub use kyc::KycRequired;
pub use registry::{Rule, SETTINGS, SettingDefinition, Weakened, definition};
#[cfg(feature = "server")]
pub use registry::{SettingKey, SettingValue, keys};

use crate::{Check, FieldErrors, Param, Resource, SettingChangeId, SettingId, UserId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Data type of a setting's text.
    SettingDataType: SettingDataType, "setting_data_type" { String = "string", Number = "number", Boolean = "boolean", Json = "json" }
}
text_enum! {
    /// Origin of a setting's effective value.
    SettingSource: text {
        /// The default value.
        Default = "default",
        /// A value that an administrator has set.
        Database = "database",
    }
}

/// A setting. The program defines the settings and their valid values; administrators set the values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Setting {
    /// ID of the setting.
    pub id: SettingId,
    /// Key of the setting, which URLs accept instead of the ID.
    pub key: String,
    /// The set value as text; null for the default.
    pub value: Option<String>,
    /// The effective value as text.
    pub effective: String,
    /// Origin of the effective value.
    pub source: SettingSource,
    /// The default value.
    pub default: String,
    /// Data type of the texts.
    pub data_type: SettingDataType,
    /// Description of the valid values in a sentence.
    pub accepts: String,
    /// Category of the setting.
    pub category: String,
    /// Purpose of the setting in a sentence.
    pub description: String,
    /// Whether anyone can read the setting without signing in.
    pub is_public: bool,
    /// Whether the setting is a financial or security control. Weakening it requires a super administrator who has
    /// confirmed their identity.
    pub is_control: bool,
    /// Version of the setting, as sent in the `ETag`.
    pub version: i32,
    /// When the setting was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A change of a setting.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditSetting {
    /// The new value as text; null restores the default.
    #[serde(deserialize_with = "Option::deserialize")]
    #[cfg_attr(feature = "server", schema(required, example = "45"))]
    pub value: Option<String>,
    /// The reason, stored in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Restores an earlier value of a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RollBackSetting {
    /// The version whose value is restored.
    #[cfg_attr(feature = "server", schema(example = 1))]
    pub version: i32,
    /// The reason, stored in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A change of a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SettingChange {
    /// ID of the change.
    pub id: SettingChangeId,
    /// Version of the setting after the change.
    pub version: i32,
    /// The new value; null for the default.
    pub value: Option<String>,
    /// The user who changed the setting; null for the system.
    pub changed_by: Option<UserId>,
    /// Name of the user.
    pub actor: Option<String>,
    /// The reason that the user entered.
    pub reason: Option<String>,
    /// When the setting was changed.
    pub created_at: DateTime<Utc>,
}

/// Changes of a setting, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SettingHistory {
    /// The changes.
    pub data: Vec<SettingChange>,
}

/// The public settings, each value with its own type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PublicSettings {
    /// Values by key.
    #[cfg_attr(feature = "server", schema(value_type = Object, example = json!({ "business.name": "Example Travel", "business.time_zone": "Europe/Berlin" })))]
    pub settings: serde_json::Map<String, serde_json::Value>,
}

/// A setting in a URL, by its ID or its key.
#[derive(Debug, Clone, PartialEq)]
pub enum SettingRef {
    /// By ID.
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
    /// Filter of the settings.
    SettingFilter {
        /// Part of the key or the description.
        q: String,
        /// Settings of this category.
        category: String,
    }
}
sort_keys!(
    /// Sort keys of the settings.
    SettingSort { Key = "key" asc, UpdatedAt = "updated_at" });

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
impl Check for RollBackSetting {
    fn check(&self, bad: &mut FieldErrors) {
        bad.range("version", self.version.into(), 1, i32::MAX.into());
        if let Some(reason) = &self.reason {
            bad.lines("reason", reason, 0, 500);
        }
    }
}
