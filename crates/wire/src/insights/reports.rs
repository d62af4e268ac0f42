//! Financial reports by period. Amounts of different currencies are never added: each currency has its own report, and the
//! report of the base currency converts each fact by itself.

use super::rates::Rate;
use crate::{
    AnyOf, Check, Currency, Decimal, FieldErrors, Money, OrderId, PlanId, ProviderId,
    ReportEntryId, ReportId, ReportLockId, Resource, TransactionId, UserId,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

text_enum! {
    /// Length of a report's period.
    ReportPeriodType: ReportPeriodType, "report_period_type" {
        /// A day from local midnight to local midnight.
        Daily = "daily",
        /// A week of ISO 8601, from Monday to Sunday.
        Weekly = "weekly",
        /// A calendar month.
        Monthly = "monthly",
        /// A calendar year.
        Yearly = "yearly",
    }
}
text_enum! {
    /// Whether a report sums one currency, or converts all of them.
    ReportBasis: text {
        /// The facts of the report's currency.
        Paid = "paid",
        /// All facts, each converted to the base currency at the rate of its day.
        PaidBase = "paid_base",
    }
}
text_enum! {
    /// Kind of a fact that reports count.
    ReportEntryKind: text {
        /// A completed payment, on the day on which it completed.
        Sale = "sale",
        /// A refund that was paid out, on the day of the payout.
        Refund = "refund",
        /// A lost dispute, on the day on which it was lost.
        Chargeback = "chargeback",
        /// The charge of a provider, on the day on which the provider confirmed the order.
        Cost = "cost",
        /// A charge that the provider returned; the amount is negative.
        CostReversal = "cost_reversal",
    }
}

/// A day and currency without an exchange rate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MissingRate {
    /// The day.
    pub day: NaiveDate,
    /// The currency that could not be converted.
    pub currency: Currency,
}

/// Figures of a period in one currency. A refund counts in the period in which it was paid out, so revenue can be negative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RevenueReport {
    /// ID of the report.
    pub id: ReportId,
    /// Length of the period.
    pub period_type: ReportPeriodType,
    /// Name of the period, such as `2026-W53` or `2026-11`.
    pub label: String,
    /// First day of the period, in the time zone of the business.
    pub period_start: NaiveDate,
    /// Last day of the period, inclusive.
    pub period_end: NaiveDate,
    /// Time zone of the days.
    pub time_zone: String,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Whether the report sums this currency, or converts all currencies to it.
    pub basis: ReportBasis,
    /// Prices times quantities, before discounts and without tax.
    pub list_amount: Money,
    /// Discounts of the payments.
    pub discount_amount: Money,
    /// List amount less discounts.
    pub net_sales: Money,
    /// Tax of the payments.
    pub tax_amount: Money,
    /// Payments with tax.
    pub gross_amount: Money,
    /// Refunds with tax.
    pub refunded_amount: Money,
    /// Tax within the refunds.
    pub refunded_tax: Money,
    /// Refunds without tax.
    pub refunded_net: Money,
    /// Lost disputes with tax.
    pub chargeback_amount: Money,
    /// Tax within the lost disputes.
    pub chargeback_tax: Money,
    /// Lost disputes without tax.
    pub chargeback_net: Money,
    /// Tax of the payments less that of refunds and lost disputes.
    pub net_tax: Money,
    /// Payments less refunds, with tax.
    pub net_amount: Money,
    /// Net sales less refunds and lost disputes, without tax.
    pub total_revenue: Money,
    /// Charges of providers less reversals.
    pub total_cost: Money,
    /// Revenue less cost.
    pub profit: Money,
    /// Profit in percent of the revenue. Null without revenue, and when the period has costs in another currency, which this
    /// report does not contain.
    pub margin: Option<Decimal>,
    /// Number of completed payments, including those refunded later.
    pub transaction_count: i32,
    /// Number of completed payments of 0.
    pub free_count: i32,
    /// Number of refunds.
    pub refund_count: i32,
    /// Number of lost disputes.
    pub chargeback_count: i32,
    /// Gross amount per payment, without free orders. Null without payments.
    pub average_order_value: Option<Money>,
    /// Number of facts of earlier, locked days that were recorded in this period.
    pub late_facts: i32,
    /// Sum of the disputes that were open at the end of the period. Not part of the revenue.
    pub open_disputes: Money,
    /// Number of new customers, in all currencies.
    pub new_users: i32,
    /// Number of active eSIMs at the end of the period, in all currencies.
    pub active_esims: i32,
    /// Days and currencies without an exchange rate. Their facts are missing in the amounts of a base currency's report.
    pub missing_rates: Vec<MissingRate>,
    /// Whether the period is not over yet.
    pub is_provisional: bool,
    /// Whether all days of the period are locked. The report no longer changes.
    pub is_locked: bool,
    /// When the report was generated.
    pub generated_at: DateTime<Utc>,
}

filter! {
    /// Filter of the list of financial reports.
    RevenueReportFilter {
        /// Reports of any of these period lengths.
        period_type: AnyOf<ReportPeriodType>,
        /// Reports in any of these currencies.
        currency: AnyOf<Currency>,
        /// Reports of one currency, or reports that convert all currencies.
        basis: ReportBasis,
        /// Periods that start on or after.
        period_start_from: NaiveDate,
        /// Periods that start before.
        period_start_to: NaiveDate,
        /// Periods that contain this day.
        day: NaiveDate,
    }
}
sort_keys!(
    /// Sort keys of the list of financial reports.
    RevenueReportSort { PeriodStart = "period_start" desc, TotalRevenue = "total_revenue", Profit = "profit", GeneratedAt = "generated_at" });

impl Resource for RevenueReport {
    const PATH: &'static str = "/v1/revenue-reports";
    const ONE: &'static str = "financial report";
    const MANY: &'static str = "financial reports";
    type Id = ReportId;
    type Filter = RevenueReportFilter;
    type Sort = RevenueReportSort;
    fn id(&self) -> ReportId {
        self.id
    }
    fn label(&self) -> String {
        format!("{} {}", self.label, self.currency)
    }
}

/// The period of the reports to generate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewRevenueReport {
    /// Length of the period.
    pub period_type: ReportPeriodType,
    /// A day of the period.
    #[cfg_attr(feature = "server", schema(example = "2026-11-01"))]
    pub day: NaiveDate,
}

impl Check for NewRevenueReport {
    fn check(&self, bad: &mut FieldErrors) {
        bad.day("day", self.day);
    }
}

/// The reports of one period: one for each currency, and one for the base currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RevenueReports {
    /// The reports. Empty when the period has no payments, refunds, lost disputes or costs.
    pub data: Vec<RevenueReport>,
}

/// A fact that reports count. The sums of a report are those of its entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReportEntry {
    /// ID of the payment, refund, dispute, allocation or supplier claim.
    pub id: ReportEntryId,
    /// Kind of the fact.
    pub kind: ReportEntryKind,
    /// The day whose report counts the fact.
    pub day: NaiveDate,
    /// The day on which the fact happened, if it is earlier: that day was locked when the fact was recorded.
    pub late_from: Option<NaiveDate>,
    /// When the fact happened.
    pub occurred_at: DateTime<Utc>,
    /// Currency of the amounts.
    pub currency: Currency,
    /// Amount with tax.
    pub amount: Money,
    /// Tax within the amount.
    pub tax_amount: Money,
    /// Discount of a payment.
    pub discount_amount: Money,
    /// Base currency, if the report converts the amounts.
    pub base_currency: Option<Currency>,
    /// Exchange rate of the day.
    pub rate: Option<Rate>,
    /// Day of the exchange rate.
    pub rate_date: Option<NaiveDate>,
    /// Amount with tax in the base currency.
    pub base_amount: Option<Money>,
    /// Tax in the base currency.
    pub base_tax_amount: Option<Money>,
    /// Discount in the base currency.
    pub base_discount_amount: Option<Money>,
    /// The payment.
    pub transaction_id: Option<TransactionId>,
    /// The order.
    pub order_id: Option<OrderId>,
    /// The plan.
    pub plan_id: Option<PlanId>,
    /// The customer.
    pub user_id: Option<UserId>,
    /// The provider of a cost.
    pub provider_id: Option<ProviderId>,
}

filter! {
    /// Filter of the entries of reports.
    ReportEntryFilter {
        /// Entries that this report counts.
        report_id: ReportId,
        /// Entries of any of these kinds.
        kind: AnyOf<ReportEntryKind>,
        /// Entries in any of these currencies.
        currency: AnyOf<Currency>,
        /// Entries that reports count on or after this day.
        day_from: NaiveDate,
        /// Entries that reports count before this day.
        day_to: NaiveDate,
        /// Entries of earlier, locked days.
        late: bool,
        /// Entries of this payment.
        transaction_id: TransactionId,
        /// Entries of this order.
        order_id: OrderId,
        /// Entries of this plan.
        plan_id: PlanId,
        /// Entries of this customer.
        user_id: UserId,
        /// Costs of this provider.
        provider_id: ProviderId,
    }
}
sort_keys!(
    /// Sort keys of the entries of reports.
    ReportEntrySort { CountsAt = "counts_at" desc, OccurredAt = "occurred_at", Amount = "amount" });

impl Resource for ReportEntry {
    const PATH: &'static str = "/v1/report-entries";
    const ONE: &'static str = "report entry";
    const MANY: &'static str = "report entries";
    type Id = ReportEntryId;
    type Filter = ReportEntryFilter;
    type Sort = ReportEntrySort;
    fn id(&self) -> ReportEntryId {
        self.id
    }
    fn label(&self) -> String {
        self.id.to_string()
    }
}

/// A lock of reports: the figures of all days before it no longer change. Facts of these days that are recorded later count
/// on the day on which they are recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::report_locks, check_for_backend(diesel::pg::Pg)))]
pub struct ReportLock {
    /// ID of the lock.
    pub id: ReportLockId,
    /// The first day that is not locked.
    pub locked_before: NaiveDate,
    /// Start of that day.
    pub locked_until: DateTime<Utc>,
    /// Time zone of the locked days.
    pub time_zone: String,
    /// The administrator who locked the days; null for the schedule.
    pub locked_by: Option<UserId>,
    /// When the days were locked.
    pub locked_at: DateTime<Utc>,
}

filter! {
    /// Filter of the locks.
    ReportLockFilter {
        /// Locks by this administrator.
        locked_by: UserId,
    }
}
sort_keys!(
    /// Sort keys of the locks.
    ReportLockSort { LockedBefore = "locked_before" desc, LockedAt = "locked_at" });

impl Resource for ReportLock {
    const PATH: &'static str = "/v1/report-locks";
    const ONE: &'static str = "report lock";
    const MANY: &'static str = "report locks";
    type Id = ReportLockId;
    type Filter = ReportLockFilter;
    type Sort = ReportLockSort;
    fn id(&self) -> ReportLockId {
        self.id
    }
    fn label(&self) -> String {
        self.locked_before.to_string()
    }
}

/// Days to lock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewReportLock {
    /// The first day that stays open. All days before it are locked.
    #[cfg_attr(feature = "server", schema(example = "2026-11-01"))]
    pub locked_before: NaiveDate,
}

impl Check for NewReportLock {
    fn check(&self, bad: &mut FieldErrors) {
        bad.day("locked_before", self.locked_before);
    }
}

/// Returns the ID of an entry from the ID of its record.
impl From<Uuid> for ReportEntryId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}
