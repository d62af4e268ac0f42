//! What was earned, period by period. Amounts of two currencies are never added.

use crate::{Currency, Money, ReportId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How long a report's period is.
    ReportPeriodType: ReportPeriodType, "report_period_type" { Daily = "daily", Weekly = "weekly", Monthly = "monthly", Yearly = "yearly" }
}

/// What was earned in a period, in one currency. A refund counts in its own period, so revenue can be negative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::revenue_reports, check_for_backend(diesel::pg::Pg)))]
pub struct RevenueReport {
    /// Which report.
    pub id: ReportId,
    /// How long its period is.
    pub period_type: ReportPeriodType,
    /// Its first day, in the business time zone.
    pub period_start: NaiveDate,
    /// Its last day, inclusive.
    pub period_end: NaiveDate,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Which moment counts a sale, such as `paid`.
    pub basis: String,
    /// What customers paid, less what they got back.
    pub total_revenue: Money,
    /// What providers took.
    pub total_cost: Money,
    /// Revenue less cost.
    pub profit: Money,
    /// Completed payments.
    pub transaction_count: i32,
    /// People who registered.
    pub new_users: i32,
    /// eSIMs in use at its end.
    pub active_esims: i32,
    /// When it was made.
    pub generated_at: DateTime<Utc>,
}
