//! The usage of one eSIM.

use super::{BundleStatus, ForecastState};
use crate::{BundleId, Decimal, EsimId, OrderId, PlanId, UsageId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The usage of an eSIM in a period. The byte counts are exact; the megabytes, of 1,000,000 bytes, are calculated from
/// them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::esim_data_usage, check_for_backend(diesel::pg::Pg)))]
pub struct Usage {
    /// ID of the reading.
    pub id: UsageId,
    /// The eSIM.
    pub esim_id: EsimId,
    /// Used data in bytes.
    pub used_bytes: i64,
    /// Data limit in bytes; null for unlimited.
    pub limit_bytes: Option<i64>,
    /// Used data in MB.
    pub data_used_mb: Decimal,
    /// Data limit in MB; null for unlimited.
    pub data_limit_mb: Option<Decimal>,
    /// Minutes of calls.
    pub voice_minutes: i32,
    /// Number of text messages.
    pub sms_count: i32,
    /// Start of the period, inclusive.
    pub period_start: DateTime<Utc>,
    /// End of the period, exclusive.
    pub period_end: DateTime<Utc>,
    /// When the provider's counter was read.
    pub recorded_at: DateTime<Utc>,
}

/// A data bundle on an eSIM and its usage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Bundle {
    /// ID of the bundle.
    pub id: BundleId,
    /// The order of the bundle.
    pub order_id: OrderId,
    /// Number of the order.
    pub order_number: String,
    /// The plan.
    pub plan_id: PlanId,
    /// Name of the plan when it was sold.
    pub plan_name: String,
    /// Status as the provider last reported it.
    pub status: BundleStatus,
    /// Data limit in bytes; null for unlimited.
    pub total_bytes: Option<i64>,
    /// Used data in bytes.
    pub used_bytes: i64,
    /// Used data in percent of the limit; null for unlimited.
    pub share: Option<Decimal>,
    /// Start of the validity; null before the first use.
    pub starts_at: Option<DateTime<Utc>>,
    /// End of the validity; null before the first use.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the bundle was added.
    pub created_at: DateTime<Utc>,
}

/// The used data of the current bundles together, and how long it lasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UsageForecast {
    /// Used data in bytes.
    pub used_bytes: i64,
    /// Data in bytes, with top-ups; null for unlimited.
    pub total_bytes: Option<i64>,
    /// Data that is left in bytes; null for unlimited.
    pub remaining_bytes: Option<i64>,
    /// Used data in percent of the total; null for unlimited.
    pub share: Option<Decimal>,
    /// The used and the total data as text, such as `2.01 GB of 2 GB`.
    pub summary: String,
    /// The forecast.
    pub state: ForecastState,
    /// Used bytes per day, at the rate of the last three days; null without enough readings.
    pub burn_bytes_per_day: Option<i64>,
    /// When the data is used up; null unless the state is `runs_out`.
    pub exhausted_at: Option<DateTime<Utc>>,
    /// Data that will be left at the expiry in bytes; null unless the state is `lasts`.
    pub left_at_expiry_bytes: Option<i64>,
    /// When the first of the current bundles started.
    pub starts_at: Option<DateTime<Utc>>,
    /// When the current bundles expire.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The used data of a day in the time zone of the business.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DayUsage {
    /// The day.
    pub day: NaiveDate,
    /// Used data in bytes.
    pub used_bytes: i64,
}

/// The used data in a country and network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PlaceUsage {
    /// The country as two letters; null when the source does not name it.
    pub country: Option<String>,
    /// The network; null when the source does not name it.
    pub network: Option<String>,
    /// Used data in bytes.
    pub used_bytes: i64,
}

text_enum! {
    /// Why a reading is an anomaly.
    AnomalyKind: text {
        /// The counter was below its last reading.
        Lower = "lower",
        /// The reading was older than the last one and below it.
        Late = "late",
    }
}

/// A reading that was not used, because it was below the stored counter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UsageAnomaly {
    /// Why the reading is an anomaly.
    pub kind: AnomalyKind,
    /// The reading in bytes.
    pub used_bytes: i64,
    /// The stored counter in bytes.
    pub counter_bytes: i64,
    /// Origin of the reading: api, poll or webhook.
    pub source: String,
    /// Number of times that the reading was received.
    pub times: i32,
    /// The time of the reading, by the clock of its source.
    pub read_at: DateTime<Utc>,
    /// When the reading was last received.
    pub received_at: DateTime<Utc>,
}

text_enum! {
    /// What an alert is about.
    UsageAlertKind: text {
        /// A share of the data was used.
        Usage = "usage",
        /// The bundles expire soon.
        Expiry = "expiry",
    }
}

/// A threshold that was reached, or a reminder before the expiry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UsageAlert {
    /// What the alert is about.
    pub kind: UsageAlertKind,
    /// Percent of the data, or hours before the expiry.
    pub step: i32,
    /// Used data at that time in bytes.
    pub used_bytes: i64,
    /// Data at that time in bytes; null for unlimited.
    pub total_bytes: Option<i64>,
    /// When the alert was created.
    pub created_at: DateTime<Utc>,
}

filter! {
    /// Options of the usage of one eSIM.
    UsageOptions {
        /// Number of days of the series until today: 1 to 366, 30 by default.
        days: i32,
    }
}

/// The data usage of an eSIM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimUsage {
    /// The current bundles together; null before the first bundle.
    pub current: Option<UsageForecast>,
    /// The bundles, the newest first.
    pub bundles: Vec<Bundle>,
    /// The last reading of the provider's counter; null when there is none.
    pub last_reading: Option<Usage>,
    /// The time of the last accepted reading, by the clock of its source.
    pub read_at: Option<DateTime<Utc>>,
    /// When the last accepted reading was received.
    pub received_at: Option<DateTime<Utc>>,
    /// The age that figures of the provider may have in minutes; null when the provider reports no usage.
    pub provider_age_minutes: Option<i64>,
    /// When the provider was last asked.
    pub polled_at: Option<DateTime<Utc>>,
    /// When the provider is asked next; null when it is not asked.
    pub next_poll_at: Option<DateTime<Utc>>,
    /// Why the last call to the provider failed; null after a success, and for callers other than staff.
    pub poll_error: Option<String>,
    /// The used data per day, the oldest first. Days without use are included.
    pub days: Vec<DayUsage>,
    /// The used data by country and network over the same days, the largest first.
    pub places: Vec<PlaceUsage>,
    /// Readings that were not used, the newest first. Only staff see them.
    pub anomalies: Vec<UsageAnomaly>,
    /// Alerts, the newest first.
    pub alerts: Vec<UsageAlert>,
}
