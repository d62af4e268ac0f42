//! What eSIMs have used. One reading per eSIM and period, cumulative: it only ever grows.

use crate::{BundleId, Decimal, EsimId, OrderId, PlanId, UsageId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What an eSIM has used in a period. Bytes are the truth; the megabytes, of 1,000,000 bytes, are computed from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::esim_data_usage, check_for_backend(diesel::pg::Pg)))]
pub struct Usage {
    /// Which reading.
    pub id: UsageId,
    /// Of this eSIM.
    pub esim_id: EsimId,
    /// Data used, in bytes.
    pub used_bytes: i64,
    /// Data that may be used, in bytes; null is unlimited.
    pub limit_bytes: Option<i64>,
    /// Data used, in MB.
    pub data_used_mb: Decimal,
    /// Data that may be used, in MB; null is unlimited.
    pub data_limit_mb: Option<Decimal>,
    /// Minutes of calls.
    pub voice_minutes: i32,
    /// Text messages.
    pub sms_count: i32,
    /// When the period begins, inclusive.
    pub period_start: DateTime<Utc>,
    /// When it ends, exclusive.
    pub period_end: DateTime<Utc>,
    /// When the reading was taken.
    pub recorded_at: DateTime<Utc>,
}

text_enum! {
    /// How far a bundle of data has come.
    BundleStatus: BundleStatus, "bundle_status" {
        Queued = "queued", Active = "active", Depleted = "depleted", Expired = "expired", Cancelled = "cancelled",
    }
}

/// A bundle of data on an eSIM, and its usage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Bundle {
    /// Which bundle.
    pub id: BundleId,
    /// The order that it came with.
    pub order_id: OrderId,
    /// That order's number.
    pub order_number: String,
    /// The plan.
    pub plan_id: PlanId,
    /// The plan's name, as it was sold.
    pub plan_name: String,
    /// How far it has come, as the provider last reported it.
    pub status: BundleStatus,
    /// Data in it, in bytes; null is unlimited.
    pub total_bytes: Option<i64>,
    /// Data used of it, in bytes.
    pub used_bytes: i64,
    /// When its validity started; null before its first use.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it expires; null before its first use.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// The data usage of an eSIM, bundle by bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimUsage {
    /// The bundles, the newest first.
    pub bundles: Vec<Bundle>,
    /// The last reading of the provider's counter; null when there is none.
    pub last_reading: Option<Usage>,
}
