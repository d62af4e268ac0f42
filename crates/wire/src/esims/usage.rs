//! What eSIMs have used. One reading per eSIM and period, cumulative: it only ever grows.

use crate::{Decimal, EsimId, UsageId};
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
