//! Totals of payments and refunds by currency. Amounts of different currencies are never added.

use super::transactions::PaymentMethod;
use crate::{Currency, Decimal, Money};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Maximum number of days of one overview.
pub const MAX_DAYS: i64 = 731;

filter! {
    /// Period and filter of the payment overview.
    OverviewOptions {
        /// The first day, in the time zone of the business; `days` or 30 days before `to` when absent.
        from: NaiveDate,
        /// The day after the last one; tomorrow when absent.
        to: NaiveDate,
        /// Number of days before `to`, instead of `from`.
        days: i32,
        /// Only payments in this currency.
        currency: Currency,
        /// Only payments by this method.
        payment_method: PaymentMethod,
        /// Only payments through this gateway; `none` for payments without a gateway.
        payment_gateway: String,
    }
}

/// Totals of payments in a period. A payment counts on the day on which it completed, a failure on the day on which it
/// failed, a refund on the day on which it was paid out, and a chargeback on the day on which its dispute was lost. A
/// refund that was made at the gateway counts from the day on which its case was opened, until the case is resolved.
/// Payments of test customers are not counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PaymentOverview {
    /// First day of the period.
    pub from: NaiveDate,
    /// Day after the last day of the period.
    pub to: NaiveDate,
    /// First day of the previous period, which has the same length.
    pub previous_from: NaiveDate,
    /// Up to when the previous period is compared, if the period contains the present: the same time of day.
    pub previous_cut_at: Option<DateTime<Utc>>,
    /// Time zone of the days.
    pub time_zone: String,
    /// Start of the period.
    pub starts_at: DateTime<Utc>,
    /// End of the period.
    pub ends_at: DateTime<Utc>,
    /// Totals by currency; the currency with the most payments comes first.
    pub currencies: Vec<CurrencyOverview>,
}

/// Totals of one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CurrencyOverview {
    /// The currency of all amounts.
    pub currency: Currency,
    /// Totals of the period.
    pub sums: PaymentTotals,
    /// Totals of the previous period, up to the same time of day while the period contains the present.
    pub previous: PaymentTotals,
    /// Totals of the whole previous period.
    pub previous_full: PaymentTotals,
    /// Totals by day of the period.
    pub days: Vec<PaymentDay>,
    /// Totals by payment method.
    pub methods: Vec<PaymentShare>,
    /// Totals by gateway.
    pub gateways: Vec<PaymentShare>,
}

/// Totals of payments, refunds and chargebacks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PaymentTotals {
    /// Number of completed payments.
    pub payments: i64,
    /// Number of completed payments of 0, for which no gateway was asked.
    pub free: i64,
    /// Sum of completed payments.
    pub gross_amount: Money,
    /// Tax within the gross amount.
    pub tax_amount: Money,
    /// Sum of discounts of the completed payments.
    pub discount_amount: Money,
    /// Number of refunds that were paid out.
    pub refunds: i64,
    /// Sum of refunds that were paid out.
    pub refunded_amount: Money,
    /// Number of lost disputes.
    pub chargebacks: i64,
    /// Sum of lost disputes.
    pub chargeback_amount: Money,
    /// Gross amount less refunds and chargebacks.
    pub net_amount: Money,
    /// Number of failed payments.
    pub failures: i64,
    /// Completed payments as a percentage of completed and failed payments, without those of 0; null when there are none.
    pub success_rate: Option<Decimal>,
}

/// Totals of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PaymentDay {
    /// The day.
    pub day: NaiveDate,
    /// Start of the day; a day does not always have 24 hours.
    pub starts_at: DateTime<Utc>,
    /// End of the day.
    pub ends_at: DateTime<Utc>,
    /// Totals of the day.
    pub sums: PaymentTotals,
    /// Net amount on the same day of the previous period.
    pub previous_net_amount: Money,
}

/// Totals of a payment method or gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PaymentShare {
    /// The payment method or gateway; `none` stands for payments without a gateway.
    pub name: String,
    /// Totals of the method or gateway.
    pub sums: PaymentTotals,
}

impl Default for PaymentTotals {
    fn default() -> Self {
        Self {
            payments: 0,
            free: 0,
            gross_amount: Money::zero(),
            tax_amount: Money::zero(),
            discount_amount: Money::zero(),
            refunds: 0,
            refunded_amount: Money::zero(),
            chargebacks: 0,
            chargeback_amount: Money::zero(),
            net_amount: Money::zero(),
            failures: 0,
            success_rate: None,
        }
    }
}

impl PaymentTotals {
    /// Calculates the net amount and the success rate from the other totals.
    #[must_use]
    pub fn complete(mut self) -> Self {
        let kept = self.gross_amount.minus(&self.refunded_amount);
        self.net_amount = kept.minus(&self.chargeback_amount);
        let paid = self.payments - self.free;
        let tries = Decimal::from(paid + self.failures);
        self.success_rate = Decimal::from(paid).percent_of(&tries);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_calculates_net_amount_and_success_rate() {
        let sums = |payments, failures, gross: i64, refunded: i64| {
            PaymentTotals {
                payments,
                failures,
                gross_amount: gross.into(),
                refunded_amount: refunded.into(),
                ..PaymentTotals::default()
            }
            .complete()
        };
        assert_eq!(sums(3, 1, 30, 15).net_amount, 15.into());
        assert_eq!(sums(3, 1, 30, 15).success_rate, Some(75.into()));
        let with_free = PaymentTotals {
            free: 2,
            ..sums(3, 1, 30, 0)
        };
        assert_eq!(with_free.complete().success_rate, Some(50.into()));
        assert_eq!(sums(0, 0, 0, 5).success_rate, None);
        assert_eq!(sums(0, 0, 0, 5).net_amount, Decimal::from(-5));
    }
}
