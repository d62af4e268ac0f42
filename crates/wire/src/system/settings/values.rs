//! Conversion of settings' texts to typed values.

use super::{AmountLimits, KycRequired, SettingValue};
use crate::Param;

impl SettingValue for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}
impl SettingValue for Option<String> {
    fn from_text(text: &str) -> Option<Self> {
        Some(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }
}
impl SettingValue for Option<crate::Currency> {
    fn from_text(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(None);
        }
        crate::Currency::parse(text).ok().map(Some)
    }
}
impl SettingValue for bool {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
impl SettingValue for i64 {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
impl SettingValue for crate::Decimal {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
impl SettingValue for chrono_tz::Tz {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
impl SettingValue for AmountLimits {
    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}
impl SettingValue for KycRequired {
    fn from_text(text: &str) -> Option<Self> {
        Self::parse(text)
    }
}
