//! Settings of the system. Never a secret: those belong in the environment or in a sealed column.

use crate::SettingId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How a setting's text is to be read.
    SettingDataType: SettingDataType, "setting_data_type" { String = "string", Number = "number", Boolean = "boolean", Json = "json" }
}

/// A setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::system_settings, check_for_backend(diesel::pg::Pg)))]
pub struct Setting {
    /// Which setting.
    pub id: SettingId,
    /// What it is called in code; unique.
    pub key: String,
    /// What it is set to, as text; null is unset.
    pub value: Option<String>,
    /// How to read that text.
    pub data_type: SettingDataType,
    /// What it is filed under.
    pub category: Option<String>,
    /// What it is for, in a sentence.
    pub description: Option<String>,
    /// Whether anybody may read it, signed in or not.
    pub is_public: bool,
    /// Revision, as the ETag carries it.
    pub version: i32,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}
