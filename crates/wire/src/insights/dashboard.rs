//! The dashboard: the figures of a range of days beside those of an earlier range.

use crate::{Currency, Decimal, Money, PlanId, ProviderId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Maximum number of days of a dashboard.
pub const MAX_DAYS: i64 = 731;
/// Number of rows of each ranking.
pub const TOP_ROWS: i64 = 10;

text_enum! {
    /// The earlier range that a dashboard compares with.
    Comparison: text {
        /// The same number of days just before.
        PreviousPeriod = "previous_period",
        /// The same days one year earlier.
        PreviousYear = "previous_year",
    }
}

filter! {
    /// Range of days of the dashboard.
    DashboardOptions {
        /// The first day, in the time zone of the business; `days` or 30 days before `to` when absent.
        from: NaiveDate,
        /// The day after the last one; tomorrow when absent.
        to: NaiveDate,
        /// Number of days before `to`, instead of `from`.
        days: i32,
        /// The range to compare with; the previous period when absent.
        compare: Comparison,
    }
}

/// A number of records, and its change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CountFigure {
    /// The number in the range.
    pub value: i64,
    /// The number in the earlier range, up to the same time of day while the range contains the present.
    pub previous: i64,
    /// The number in the whole earlier range.
    pub previous_full: i64,
    /// Change in percent; null when the earlier number is 0.
    pub change: Option<Decimal>,
    /// The number of each day.
    pub series: Vec<i64>,
}

/// An amount, and its change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MoneyFigure {
    /// The amount in the range.
    pub value: Money,
    /// The amount in the earlier range, up to the same time of day while the range contains the present.
    pub previous: Money,
    /// The amount in the whole earlier range.
    pub previous_full: Money,
    /// Change in percent; null when the earlier amount is 0.
    pub change: Option<Decimal>,
    /// The amount of each day.
    pub series: Vec<Money>,
}

/// A share of records.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RateFigure {
    /// The share in percent; null when there are no records.
    pub value: Option<Decimal>,
    /// The number of records in the share.
    pub part: i64,
    /// The number of all records.
    pub whole: i64,
    /// The share in the earlier range, up to the same time of day while the range contains the present.
    pub previous: Option<Decimal>,
}

/// Amounts of one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DashboardMoney {
    /// The currency of the amounts.
    pub currency: Currency,
    /// Net sales less refunds and lost disputes, without tax.
    pub total_revenue: MoneyFigure,
    /// Payments with tax.
    pub gross_amount: MoneyFigure,
    /// Refunds with tax.
    pub refunded_amount: MoneyFigure,
    /// Revenue less costs of providers in this currency.
    pub profit: MoneyFigure,
    /// Gross amount per payment, without free orders.
    pub average_order_value: Option<Money>,
}

/// Sales of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TopPlan {
    /// The plan.
    pub plan_id: PlanId,
    /// Name of the plan.
    pub name: String,
    /// Number of payments.
    pub sales: i64,
}

/// Sales for a country or region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TopCountry {
    /// Country or region that the plan is for, such as `FR` or `europe`.
    pub country: String,
    /// Number of payments. A plan for several countries counts for each of them.
    pub sales: i64,
}

/// Charges of a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TopProvider {
    /// The provider.
    pub provider_id: ProviderId,
    /// Name of the provider.
    pub name: String,
    /// Number of units that the provider supplied.
    pub units: i64,
}

/// The figures of a range of days. Records of test customers are not counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Dashboard {
    /// First day of the range.
    pub from: NaiveDate,
    /// Day after the last day of the range.
    pub to: NaiveDate,
    /// First day of the earlier range.
    pub previous_from: NaiveDate,
    /// Day after the last day of the earlier range.
    pub previous_to: NaiveDate,
    /// Up to when the earlier range is compared, if the range contains the present: the same time of day.
    pub previous_cut_at: Option<DateTime<Utc>>,
    /// Time zone of the days.
    pub time_zone: String,
    /// Start of the range.
    pub starts_at: DateTime<Utc>,
    /// End of the range.
    pub ends_at: DateTime<Utc>,
    /// The days of the range, in the order of the series.
    pub days: Vec<NaiveDate>,
    /// Amounts by currency, the currency with the most payments first. Null without the permission for financial reports.
    pub money: Option<Vec<DashboardMoney>>,
    /// Completed payments in all currencies.
    pub sales: CountFigure,
    /// Orders that were placed in the range, and the share that was paid until now.
    pub paid_conversion: RateFigure,
    /// Payments that completed in the range, and the share with a refund until now.
    pub refund_rate: RateFigure,
    /// New customers.
    pub new_users: CountFigure,
    /// Active eSIMs at the end of the range; the series has the end of each day.
    pub active_esims: CountFigure,
    /// Active eSIMs whose data is used up before they expire, now.
    pub esims_running_out: i64,
    /// Tickets that are not resolved or closed, now; null before the first ticket.
    pub open_tickets: Option<i64>,
    /// The plans with the most payments.
    pub top_plans: Vec<TopPlan>,
    /// The countries and regions with the most payments.
    pub top_countries: Vec<TopCountry>,
    /// The providers that supplied the most units.
    pub top_providers: Vec<TopProvider>,
}
