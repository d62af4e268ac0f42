//! Amounts of a sale, and how amounts that a gateway reports are written.

use wire::{Currency, Decimal, Money, Param};

/// The amounts of an order and of its payment.
#[derive(Debug, Clone, PartialEq)]
pub struct Amounts {
    /// The price before discount and tax.
    pub amount: Money,
    /// The discount of the promotion.
    pub discount: Money,
    /// The tax on the amount after the discount.
    pub tax: Money,
    /// The amount that the customer pays.
    pub total: Money,
}

impl Amounts {
    /// Calculates the amounts from a price, a discount and a tax rate in percent. Tax is rounded once, and the total is
    /// the sum of its parts.
    pub fn calculate(
        amount: Money,
        discount: Money,
        percent: &Decimal,
        currency: Currency,
    ) -> Self {
        let net = amount.minus(&discount);
        let tax = net.percent_in(percent, currency);
        Self {
            total: net.plus(&tax),
            amount,
            discount,
            tax,
        }
    }
}

/// Formats an amount that a gateway reports. The amount is written in minor units where its currency is not supported.
pub fn reported_amount(minor: i64, currency: &str) -> String {
    match Currency::parse(currency) {
        Ok(known) => Money::from_minor(minor, known).in_currency(known),
        Err(_) => format!("{minor} {currency} in smallest units"),
    }
}
