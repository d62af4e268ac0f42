//! Conversions of settings' texts to their types.

use super::{AmountLimits, KycRequired, SettingValue};

impl SettingValue for String {
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}
impl SettingValue for Option<String> {
    fn read(text: &str) -> Option<Self> {
        Some(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }
}
impl SettingValue for i64 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
impl SettingValue for crate::Decimal {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
impl SettingValue for chrono_tz::Tz {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
impl SettingValue for AmountLimits {
    fn read(text: &str) -> Option<Self> {
        Self::read(text)
    }
}
impl SettingValue for KycRequired {
    fn read(text: &str) -> Option<Self> {
        Self::read(text)
    }
}
