//! The sums of facts of one currency, and the figures that follow from them.

use wire::{Currency, Decimal, Money};

/// Sums of facts. All amounts have the same currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    /// Payments with tax.
    pub gross_amount: Money,
    /// Tax of the payments.
    pub tax_amount: Money,
    /// Discounts of the payments.
    pub discount_amount: Money,
    /// Refunds with tax.
    pub refunded_amount: Money,
    /// Tax within the refunds.
    pub refunded_tax: Money,
    /// Lost disputes with tax.
    pub chargeback_amount: Money,
    /// Tax within the lost disputes.
    pub chargeback_tax: Money,
    /// Charges of providers less reversals.
    pub cost: Money,
    /// Number of payments.
    pub sales: i64,
    /// Number of payments of 0.
    pub free: i64,
    /// Number of refunds.
    pub refunds: i64,
    /// Number of lost disputes.
    pub chargebacks: i64,
    /// Number of charges and reversals.
    pub costs: i64,
    /// Number of facts of locked days.
    pub late: i64,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            gross_amount: Money::zero(),
            tax_amount: Money::zero(),
            discount_amount: Money::zero(),
            refunded_amount: Money::zero(),
            refunded_tax: Money::zero(),
            chargeback_amount: Money::zero(),
            chargeback_tax: Money::zero(),
            cost: Money::zero(),
            sales: 0,
            free: 0,
            refunds: 0,
            chargebacks: 0,
            costs: 0,
            late: 0,
        }
    }
}

impl Sums {
    /// Adds other sums of the same currency.
    pub fn add(&mut self, other: &Self) {
        self.gross_amount.add(&other.gross_amount);
        self.tax_amount.add(&other.tax_amount);
        self.discount_amount.add(&other.discount_amount);
        self.refunded_amount.add(&other.refunded_amount);
        self.refunded_tax.add(&other.refunded_tax);
        self.chargeback_amount.add(&other.chargeback_amount);
        self.chargeback_tax.add(&other.chargeback_tax);
        self.cost.add(&other.cost);
        self.sales += other.sales;
        self.free += other.free;
        self.refunds += other.refunds;
        self.chargebacks += other.chargebacks;
        self.costs += other.costs;
        self.late += other.late;
    }
    /// Returns the payments without tax.
    pub fn net_sales(&self) -> Money {
        self.gross_amount.minus(&self.tax_amount)
    }
    /// Returns the payments before discounts, without tax.
    pub fn list_amount(&self) -> Money {
        self.net_sales().plus(&self.discount_amount)
    }
    /// Returns the revenue: payments less refunds and lost disputes, without tax.
    pub fn total_revenue(&self) -> Money {
        let refunded = self.refunded_amount.minus(&self.refunded_tax);
        let lost = self.chargeback_amount.minus(&self.chargeback_tax);
        self.net_sales().minus(&refunded).minus(&lost)
    }
    /// Returns the revenue less the cost.
    pub fn profit(&self) -> Money {
        self.total_revenue().minus(&self.cost)
    }
    /// Returns the gross amount per payment, without free orders; `None` without payments.
    pub fn average(&self, currency: Currency) -> Option<Money> {
        let paid = self.sales - self.free;
        let exact = self.gross_amount.exact().clone() / paid.max(1);
        (paid > 0).then(|| currency.round(&exact))
    }
    /// Returns the profit in percent of the revenue; `None` without revenue.
    pub fn margin(&self) -> Option<Decimal> {
        let revenue = self.total_revenue();
        let margin = self.profit().percent_of(&revenue);
        margin.filter(|_| revenue.is_positive())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap_or_else(|_| Money::zero())
    }

    #[test]
    fn figures_follow_from_the_sums() {
        let mut sums = Sums {
            gross_amount: money("119.00"),
            tax_amount: money("19.00"),
            discount_amount: money("5.00"),
            cost: money("40.00"),
            sales: 2,
            ..Sums::default()
        };
        assert_eq!(sums.list_amount(), money("105.00"));
        assert_eq!(sums.margin(), Some(money("60.00")));
        sums.add(&Sums {
            refunded_amount: money("59.50"),
            refunded_tax: money("9.50"),
            chargeback_amount: money("59.50"),
            chargeback_tax: money("9.50"),
            ..Sums::default()
        });
        assert_eq!(sums.total_revenue(), money("0.00"));
        assert_eq!(sums.profit(), money("-40.00"));
        assert_eq!(sums.margin(), None);
    }
}
