//! Revenue reports by period. Amounts of different currencies are never added.

use crate::{Currency, Money, ReportId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Length of a report's period.
    ReportPeriodType: ReportPeriodType, "report_period_type" { Daily = "daily", Weekly = "weekly", Monthly = "monthly", Yearly = "yearly" }
}

/// Revenue of a period in one currency. A refund counts in the period in which it was made, so revenue can be negative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::revenue_reports, check_for_backend(diesel::pg::Pg)))]
pub struct RevenueReport {
    /// ID of the report.
    pub id: ReportId,
    /// Length of the period.
    pub period_type: ReportPeriodType,
    /// First day of the period, in the time zone of the business.
    pub period_start: NaiveDate,
    /// Last day of the period, inclusive.
    pub period_end: NaiveDate,
    /// Currency of the amounts.
    pub currency: Currency,
    /// The event that counts a sale, such as `paid`.
    pub basis: String,
    /// Payments less refunds.
    pub total_revenue: Money,
    /// Costs of providers.
    pub total_cost: Money,
    /// Revenue less cost.
    pub profit: Money,
    /// Number of completed payments.
    pub transaction_count: i32,
    /// Number of new users.
    pub new_users: i32,
    /// Number of active eSIMs at the end of the period.
    pub active_esims: i32,
    /// When the report was generated.
    pub generated_at: DateTime<Utc>,
}
