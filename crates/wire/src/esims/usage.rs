//! Data usage of eSIMs: readings of counters, bundles, forecasts, and the Data Usage Monitor.
//!
//! A counter is cumulative over its period: it only increases.

mod detail;
mod monitor;
mod reading;

pub use detail::{
    AnomalyKind, Bundle, DayUsage, EsimUsage, PlaceUsage, Usage, UsageAlert, UsageAlertKind,
    UsageAnomaly, UsageForecast, UsageOptions,
};
pub use monitor::{MonitoredEsim, UsageFilter, UsageSort};
pub use reading::{
    DataUnit, MAX_READINGS, NewReading, NewReadings, ReadingOutcome, ReadingResult, ReadingResults,
    to_bytes,
};

use chrono::{DateTime, TimeDelta, Utc};

text_enum! {
    /// Status of a data bundle.
    BundleStatus: BundleStatus, "bundle_status" {
        Queued = "queued", Active = "active", Depleted = "depleted", Expired = "expired", Cancelled = "cancelled",
    }
}

impl BundleStatus {
    /// Returns whether a bundle of this status can get the status `to`. A provider that reports a later end makes an ended
    /// bundle active again.
    pub const fn can_become(self, to: Self) -> bool {
        match self {
            Self::Queued => !matches!(to, Self::Queued),
            Self::Active => matches!(to, Self::Depleted | Self::Expired | Self::Cancelled),
            Self::Depleted => matches!(to, Self::Active | Self::Expired | Self::Cancelled),
            Self::Expired => matches!(to, Self::Active | Self::Cancelled),
            Self::Cancelled => false,
        }
    }
}

text_enum! {
    /// The forecast of an eSIM's data. Only `runs_out` has a time, only `lasts` has data left at the expiry.
    ForecastState: text {
        /// The data is unlimited.
        Unlimited = "unlimited",
        /// All data is used.
        Depleted = "depleted",
        /// The last reading is older than 48 hours.
        Stale = "stale",
        /// Fewer than two readings, or less than six hours between them.
        TooLittleData = "too_little_data",
        /// No data was used in the last days.
        NoUsage = "no_usage",
        /// The data lasts until the expiry.
        Lasts = "lasts",
        /// The data is used up before the expiry.
        RunsOut = "runs_out",
    }
}

/// The age of the last reading from which a forecast is stale.
pub const STALE_AFTER: TimeDelta = TimeDelta::hours(48);

impl ForecastState {
    /// Returns the state at a time, from the state at the last reading and the time of that reading.
    pub fn at(self, last_reading: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let is_stale = last_reading.is_some_and(|last| now - last > STALE_AFTER);
        match self {
            Self::Unlimited | Self::Depleted => self,
            _ if is_stale => Self::Stale,
            _ => self,
        }
    }
}
