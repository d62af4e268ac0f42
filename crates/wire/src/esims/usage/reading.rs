//! Readings of usage counters that integrators and own networks send.

use crate::{Check, EsimId, FieldErrors, esims::profile};
use bigdecimal::{BigDecimal, RoundingMode, Signed, ToPrimitive};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Maximum number of readings in one request.
pub const MAX_READINGS: usize = 1000;

/// The largest counter that is accepted: 1 PB.
const MAX_BYTES: i64 = 1_000_000_000_000_000;

text_enum! {
    /// The unit of a counter.
    DataUnit: text {
        /// Bytes.
        B = "B",
        /// 1,000,000 bytes.
        Mb = "MB",
        /// 1,000,000,000 bytes.
        Gb = "GB",
        /// 1,048,576 bytes.
        Mib = "MiB",
        /// 1,073,741,824 bytes.
        Gib = "GiB",
    }
}

impl DataUnit {
    /// Returns the number of bytes of one unit.
    pub const fn bytes(self) -> i64 {
        match self {
            Self::B => 1,
            Self::Mb => 1_000_000,
            Self::Gb => 1_000_000_000,
            Self::Mib => 1_048_576,
            Self::Gib => 1_073_741_824,
        }
    }
}

/// Converts a counter to bytes, rounded half to even to a whole byte. Returns `None` for a text that is not a number of
/// at most 15 digits before and 12 after the point, or that exceeds 1 PB.
pub fn to_bytes(value: &str, unit: DataUnit) -> Option<i64> {
    let (whole, part) = value.split_once('.').unwrap_or((value, "0"));
    let is_number = |text: &str, longest: usize| {
        (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    if !is_number(whole, 15) || !is_number(part, 12) {
        return None;
    }
    let exact = BigDecimal::from_str(value).ok()? * BigDecimal::from(unit.bytes());
    let bytes = exact
        .with_scale_round(0, RoundingMode::HalfEven)
        .to_i64()
        .filter(|bytes| !bytes.is_negative());
    bytes.filter(|bytes| *bytes <= MAX_BYTES)
}

/// A reading of an eSIM's usage counter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewReading {
    /// ID of the reading at its source. A repeated ID of the same eSIM is reported as a duplicate and changes nothing.
    #[cfg_attr(feature = "server", schema(example = "cdr-2026-11-29-000042"))]
    pub event_id: String,
    /// The eSIM, if `iccid` is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub esim_id: Option<EsimId>,
    /// ICCID of the eSIM, if `esim_id` is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "8944538532008160222"))]
    pub iccid: Option<String>,
    /// The counter as a decimal number in text, cumulative since the start of its period.
    #[cfg_attr(feature = "server", schema(example = "1536.25"))]
    pub value: String,
    /// The unit of the counter. GB are decimal, GiB are binary.
    pub unit: DataUnit,
    /// When the counter was read, by the clock of its source.
    pub read_at: DateTime<Utc>,
    /// Start of the counter's period. A counter that restarts needs a new period. Absent: the counter runs with the
    /// bundles of the eSIM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_start: Option<DateTime<Utc>>,
    /// End of the counter's period, exclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period_end: Option<DateTime<Utc>>,
    /// Used minutes of calls in the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice_minutes: Option<i32>,
    /// Sent text messages in the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms_count: Option<i32>,
    /// The country in which the eSIM was used, as two letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "FR"))]
    pub country: Option<String>,
    /// The network in which the eSIM was used, as mobile country and network code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "208-01"))]
    pub network: Option<String>,
}

/// A batch of readings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewReadings {
    /// The readings, 1,000 at most.
    pub readings: Vec<NewReading>,
}

text_enum! {
    /// The result of a reading. Only `accepted` changes the usage.
    ReadingOutcome: text {
        /// The reading was stored.
        Accepted = "accepted",
        /// The event was received before.
        Duplicate = "duplicate",
        /// The counter is below its last reading. It is kept as an anomaly.
        Lower = "lower",
        /// The reading is older than the last one and below it. It is kept as an anomaly.
        Late = "late",
        /// The time of the reading lies in the future.
        InFuture = "in_future",
        /// There is no such eSIM, or it belongs to another owner.
        UnknownEsim = "unknown_esim",
        /// The eSIM has no bundle, so nothing can be used.
        NoBundle = "no_bundle",
    }
}

/// The result of one reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReadingResult {
    /// ID of the reading at its source.
    pub event_id: String,
    /// The eSIM, unless it is unknown.
    pub esim_id: Option<EsimId>,
    /// The result.
    pub outcome: ReadingOutcome,
    /// The used data of the current bundles after the reading, in bytes.
    pub used_bytes: Option<i64>,
}

/// The results of a batch, in the order of the request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReadingResults {
    /// One result per reading.
    pub data: Vec<ReadingResult>,
    /// Number of accepted readings.
    pub accepted: usize,
    /// Number of duplicates.
    pub duplicates: usize,
    /// Number of other readings, which changed nothing.
    pub rejected: usize,
}

impl Check for NewReading {
    fn check(&self, bad: &mut FieldErrors) {
        bad.length("event_id", &self.event_id, 1, 100);
        match (&self.esim_id, &self.iccid) {
            (None, None) => bad.add("esim_id", "required", "Enter an eSIM or an ICCID."),
            (Some(_), Some(_)) => bad.add("iccid", "ambiguous", "Enter one of eSIM and ICCID."),
            (None, Some(iccid)) => {
                if let Err(why) = profile::iccid(iccid) {
                    bad.add("iccid", "iccid", format!("The ICCID {why}."));
                }
            }
            (Some(_), None) => {}
        }
        if to_bytes(&self.value, self.unit).is_none() {
            bad.add(
                "value",
                "counter",
                "Enter a number of zero or more, such as 1536.25, with 12 decimals and 1 PB at most.",
            );
        }
        match (self.period_start, self.period_end) {
            (None, None) => {}
            (Some(start), Some(end)) if start < end => {}
            (Some(_), Some(_)) => bad.add(
                "period_end",
                "before_start",
                "Enter a time after the start.",
            ),
            _ => bad.add(
                "period_end",
                "required",
                "Enter both ends of the period, or none.",
            ),
        }
        for (field, count) in [
            ("voice_minutes", self.voice_minutes),
            ("sms_count", self.sms_count),
        ] {
            if let Some(count) = count {
                bad.range(field, count.into(), 0, i32::MAX.into());
            }
        }
        if let Some(country) = &self.country
            && !(country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()))
        {
            bad.add(
                "country",
                "country",
                "Enter a country code of two capital letters, such as FR.",
            );
        }
        if let Some(network) = &self.network
            && !((1..=20).contains(&network.len())
                && network
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        {
            bad.add(
                "network",
                "network",
                "Enter a network code of 20 letters, digits and hyphens at most.",
            );
        }
    }
}

impl Check for NewReadings {
    fn check(&self, bad: &mut FieldErrors) {
        if self.readings.is_empty() {
            bad.add("readings", "required", "Enter a reading.");
        }
        if self.readings.len() > MAX_READINGS {
            bad.add("readings", "too_many", "Send 1,000 readings at most.");
            return;
        }
        for (index, reading) in self.readings.iter().enumerate() {
            bad.nested(&format!("readings[{index}]"), reading);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_converted_to_whole_bytes() {
        for (value, unit, bytes) in [
            ("0", DataUnit::B, Some(0)),
            ("1", DataUnit::Gb, Some(1_000_000_000)),
            ("0.5", DataUnit::Gib, Some(536_870_912)),
            ("1.87", DataUnit::Gib, Some(2_007_897_211)),
            ("31.415926535", DataUnit::Gb, Some(31_415_926_535)),
            ("1.0000005", DataUnit::Mb, Some(1_000_000)),
            ("1.0000015", DataUnit::Mb, Some(1_000_002)),
            ("0.5", DataUnit::B, Some(0)),
            ("1.5", DataUnit::B, Some(2)),
            ("1024", DataUnit::Mib, Some(1_073_741_824)),
            ("1000000", DataUnit::Gb, Some(1_000_000_000_000_000)),
            ("1000000.000000001", DataUnit::Gb, None),
            ("-1", DataUnit::B, None),
            ("1e9", DataUnit::B, None),
            ("NaN", DataUnit::B, None),
            ("", DataUnit::B, None),
            ("1.", DataUnit::B, None),
            (".5", DataUnit::B, None),
            ("1,5", DataUnit::B, None),
            ("+1", DataUnit::B, None),
            ("1.0000000000001", DataUnit::B, None),
        ] {
            assert_eq!(to_bytes(value, unit), bytes, "{value} {unit}");
        }
    }
}
