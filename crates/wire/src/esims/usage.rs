//! Data usage of eSIMs. A reading per eSIM and period is cumulative: it only increases.

use crate::{BundleId, Decimal, EsimId, OrderId, PlanId, UsageId};
use chrono::{DateTime, Utc};
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
    /// Start of the validity; null before the first use.
    pub starts_at: Option<DateTime<Utc>>,
    /// End of the validity; null before the first use.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the bundle was added.
    pub created_at: DateTime<Utc>,
}

/// The data usage of an eSIM by bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EsimUsage {
    /// The bundles, the newest first.
    pub bundles: Vec<Bundle>,
    /// The last reading of the provider's counter; null when there is none.
    pub last_reading: Option<Usage>,
}
