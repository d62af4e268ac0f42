//! Margin and markup of prices, and prices from a margin or markup. Calculations are exact and rounded once, half to
//! even.

use crate::{Currency, Decimal, Money};
use bigdecimal::{BigDecimal, Zero};

/// Margin and markup of a price.
#[derive(Debug, Clone, PartialEq)]
pub struct Earnings {
    /// Price less cost.
    pub margin: Money,
    /// Margin as a percentage of the price; none for a price of zero.
    pub margin_percent: Option<Decimal>,
    /// Margin as a percentage of the cost; none without a cost.
    pub markup_percent: Option<Decimal>,
}

impl Earnings {
    /// Calculates the margin and markup of a price.
    pub fn from_prices(cost: &Money, selling: &Money) -> Self {
        let margin = selling.minus(cost);
        Self {
            margin_percent: margin.percent_of(selling),
            markup_percent: margin.percent_of(cost),
            margin,
        }
    }
    /// Returns whether the margin is below a percentage of the price. The comparison is exact, without rounding.
    pub fn is_below(cost: &Money, selling: &Money, percent: i64) -> bool {
        let hundred = BigDecimal::from(100);
        (selling.exact() - cost.exact()) * &hundred < selling.exact() * BigDecimal::from(percent)
    }
}

/// Returns the price with this markup on the cost.
pub fn by_markup(cost: &Money, percent: &Decimal, currency: Currency) -> Money {
    let hundred = BigDecimal::from(100);
    currency.round(&(cost.exact() * (percent.exact() + &hundred) / hundred))
}

/// Returns the price with this margin as a percentage of the price; none for 100 percent, because no price has it.
pub fn by_margin_percent(cost: &Money, percent: &Decimal, currency: Currency) -> Option<Money> {
    let hundred = BigDecimal::from(100);
    let share = &hundred - percent.exact();
    (share > BigDecimal::zero()).then(|| currency.round(&(cost.exact() * hundred / share)))
}

/// Returns the price with this margin as an amount.
pub fn by_margin(cost: &Money, margin: &Money, currency: Currency) -> Money {
    currency.round(&(cost.exact() + margin.exact()))
}

text_enum! {
    /// How a calculated price is rounded.
    PriceRounding: text {
        /// To the currency's smallest unit.
        None = "none",
        /// To the nearest whole number.
        Whole = "whole",
        /// To the nearest price that ends in .99; to a whole number in a currency without cents.
        Ninetynine = "ninety_nine",
        /// To the nearest price that ends in .90; to a whole number in a currency without cents.
        Ninety = "ninety",
    }
}

impl PriceRounding {
    /// Rounds a price, half to even. The result is never less than the ending itself.
    pub fn round(self, exact: &BigDecimal, currency: Currency) -> Money {
        let cents = match self {
            Self::None => return currency.round(exact),
            Self::Whole => 0,
            _ if currency.exponent() == 0 => 0,
            Self::Ninetynine => 99,
            Self::Ninety => 90,
        };
        let ending = BigDecimal::from(cents) / BigDecimal::from(100);
        let whole = even(exact - &ending).max(BigDecimal::zero());
        Money::new(whole + ending)
    }
}

/// Returns the nearest whole number, half to even.
fn even(exact: BigDecimal) -> BigDecimal {
    let hundred = BigDecimal::from(100);
    Money::new(exact / &hundred).exact() * hundred
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap_or_else(|_| Money::zero())
    }
    fn exact(text: &str) -> BigDecimal {
        text.parse().unwrap_or_default()
    }
    /// Generates an endless, reproducible sequence of numbers.
    fn numbers() -> impl Iterator<Item = i64> {
        std::iter::successors(Some(88_172_645_463_325_252_i64), |seed| {
            let mut seed = *seed;
            seed ^= seed << 13;
            seed ^= (seed >> 7) & 0x01ff_ffff_ffff_ffff;
            seed ^= seed << 17;
            Some(seed)
        })
        .map(|seed| (seed >> 20).rem_euclid(1_000_000))
    }
    fn amount(cents: i64) -> Money {
        Money::from_minor(cents, Currency::Usd)
    }

    #[test]
    fn prices_from_markup_margin_and_amount() {
        let usd = Currency::Usd;
        assert_eq!(by_markup(&money("4.00"), &money("125"), usd), money("9.00"));
        let by_share = by_margin_percent(&money("4.00"), &money("60"), usd);
        assert_eq!(by_share, Some(money("10.00")));
        assert_eq!(by_margin_percent(&money("4.00"), &money("100"), usd), None);
        assert_eq!(
            by_margin(&money("4.00"), &money("5.90"), usd),
            money("9.90")
        );
        assert_eq!(
            by_markup(&money("333"), &money("10"), Currency::Jpy),
            money("366")
        );
        let earned = Earnings::from_prices(&money("4.20"), &money("9.90"));
        assert_eq!(earned.margin, money("5.70"));
        assert_eq!(earned.margin_percent, Some(money("57.58")));
        assert_eq!(earned.markup_percent, Some(money("135.71")));
        let free = Earnings::from_prices(&money("0"), &money("0"));
        assert_eq!((free.margin_percent, free.markup_percent), (None, None));
    }

    #[test]
    fn margin_and_markup_invert_each_other() {
        let mut all = numbers();
        for _ in 0..10_000 {
            let (Some(cost), Some(margin)) = (all.next(), all.next()) else {
                return;
            };
            let (cost, margin) = (amount(cost + 100), amount(margin));
            let selling = by_margin(&cost, &margin, Currency::Usd);
            let earned = Earnings::from_prices(&cost, &selling);
            assert_eq!(earned.margin, margin);
            // A percentage has two decimals, so the price is exact to half of the last decimal.
            let near = |found: Money, of: &Money| {
                let off = found.minus(&selling);
                let off = if off.is_negative() {
                    Money::zero().minus(&off)
                } else {
                    off
                };
                off.exact() * BigDecimal::from(10_000) <= of.exact() + BigDecimal::from(100)
            };
            let markup = earned.markup_percent.unwrap_or_else(Money::zero);
            assert!(near(by_markup(&cost, &markup, Currency::Usd), &cost));
            assert!(!Earnings::is_below(&cost, &selling, 0));
        }
    }

    #[test]
    fn rounding_picks_nearest_price_with_ending() {
        for (rounding, given, becomes) in [
            (PriceRounding::Ninetynine, "10.42", "9.99"),
            (PriceRounding::Ninetynine, "10.50", "10.99"),
            (PriceRounding::Ninetynine, "0.10", "0.99"),
            (PriceRounding::Ninety, "10.39", "9.90"),
            (PriceRounding::Ninety, "10.41", "10.90"),
            (PriceRounding::Whole, "10.50", "10.00"),
            (PriceRounding::Whole, "11.50", "12.00"),
            (PriceRounding::None, "10.125", "10.12"),
            (PriceRounding::None, "10.135", "10.14"),
        ] {
            let round = rounding.round(&exact(given), Currency::Usd);
            assert_eq!(round, money(becomes), "{rounding} {given}");
        }
        let yen = |rounding: PriceRounding| rounding.round(&exact("980.5"), Currency::Jpy);
        assert_eq!(yen(PriceRounding::None), money("980"));
        assert_eq!(yen(PriceRounding::Ninetynine), money("980"));
        for cents in numbers().take(10_000) {
            let price = amount(cents);
            let half = exact("0.50");
            for rounding in PriceRounding::ALL {
                let round = rounding.round(price.exact(), Currency::Usd);
                assert_eq!(rounding.round(round.exact(), Currency::Usd), round);
                let off = (round.exact() - price.exact()).abs();
                assert!(off <= half || round < money("1.00"), "{price} {rounding}");
            }
        }
    }

    #[test]
    fn is_below_compares_exactly() {
        assert!(!Earnings::is_below(&money("9.50"), &money("10.00"), 5));
        assert!(Earnings::is_below(&money("9.51"), &money("10.00"), 5));
        assert!(!Earnings::is_below(&money("10.00"), &money("10.00"), 0));
        assert!(Earnings::is_below(&money("10.01"), &money("10.00"), 0));
    }
}
