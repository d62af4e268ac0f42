//! The sums of what came in and what went back, by currency: amounts of different currencies are never added.

use super::transactions::PaymentMethod;
use crate::{Currency, Decimal, Money};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The most days that one overview covers.
pub const MOST_DAYS: i64 = 731;

filter! {
    /// Which payments are summed up.
    OverviewOptions {
        /// The first day, in the business's time zone; `days` or 30 days before `to` when absent.
        from: NaiveDate,
        /// The day after the last one; tomorrow when absent.
        to: NaiveDate,
        /// So many days before `to`, instead of `from`.
        days: i32,
        /// In this currency only.
        currency: Currency,
        /// By this method only.
        payment_method: PaymentMethod,
        /// Through this gateway only; `none` is none.
        payment_gateway: String,
    }
}

/// Sums of payments. Money belongs to the day on which it came in, a failure to the day on which it failed, a refund to
/// the day on which it was paid, a chargeback to the day on which its dispute was lost. A refund that was made at the
/// gateway counts from the day on which its case was opened, until the case is resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PaymentOverview {
    /// The first day.
    pub from: NaiveDate,
    /// The day after the last one.
    pub to: NaiveDate,
    /// The first day of the period before, which is as long.
    pub previous_from: NaiveDate,
    /// The zone whose days these are.
    pub time_zone: String,
    /// When the period begins.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Each currency by itself, that with the most payments first.
    pub currencies: Vec<CurrencyOverview>,
}

/// The sums of one currency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CurrencyOverview {
    /// The currency of all amounts.
    pub currency: Currency,
    /// Of the period.
    pub sums: PaymentSums,
    /// Of the period before.
    pub previous: PaymentSums,
    /// Day by day, each of the period.
    pub days: Vec<PaymentDay>,
    /// By method.
    pub methods: Vec<PaymentShare>,
    /// By gateway.
    pub gateways: Vec<PaymentShare>,
}

/// What came in and what went back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PaymentSums {
    /// Payments that came in.
    pub payments: i64,
    /// What they came to.
    pub gross_amount: Money,
    /// Of that, tax.
    pub tax_amount: Money,
    /// What promotions had taken off.
    pub discount_amount: Money,
    /// Refunds that were paid.
    pub refunds: i64,
    /// What they came to.
    pub refunded_amount: Money,
    /// Disputes that were lost: payments that customers' banks took back.
    pub chargebacks: i64,
    /// What they came to.
    pub chargeback_amount: Money,
    /// Gross less refunds and chargebacks.
    pub net_amount: Money,
    /// Payments that failed.
    pub failures: i64,
    /// Of all payments that came in or failed, percent that came in; null without any.
    pub success_rate: Option<Decimal>,
}

/// The sums of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PaymentDay {
    /// The day.
    pub day: NaiveDate,
    /// When it begins; a day is not always 24 hours long.
    pub starts_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// Its sums.
    pub sums: PaymentSums,
    /// Net on the same day of the period before.
    pub previous_net_amount: Money,
}

/// The sums of a method or a gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PaymentShare {
    /// Which one; `none` is no gateway.
    pub name: String,
    /// Its sums.
    pub sums: PaymentSums,
}

impl Default for PaymentSums {
    fn default() -> Self {
        Self {
            payments: 0,
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

impl PaymentSums {
    /// With what follows from the sums, once all of them are in.
    #[must_use]
    pub fn complete(mut self) -> Self {
        let kept = self.gross_amount.minus(&self.refunded_amount);
        self.net_amount = kept.minus(&self.chargeback_amount);
        let tries = Decimal::from(self.payments + self.failures);
        self.success_rate = Decimal::from(self.payments).percent_of(&tries);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_sums_and_nothing_of_nothing_has_no_rate() {
        let sums = |payments, failures, gross: i64, refunded: i64| {
            PaymentSums {
                payments,
                failures,
                gross_amount: gross.into(),
                refunded_amount: refunded.into(),
                ..PaymentSums::default()
            }
            .complete()
        };
        assert_eq!(sums(3, 1, 30, 15).net_amount, 15.into());
        assert_eq!(sums(3, 1, 30, 15).success_rate, Some(75.into()));
        assert_eq!(sums(0, 0, 0, 5).success_rate, None);
        assert_eq!(sums(0, 0, 0, 5).net_amount, Decimal::from(-5));
    }
}
