//! What a price earns, and the price that earns so much: exact, and rounded once, half to even.

use crate::{Currency, Decimal, Money};
use bigdecimal::{BigDecimal, Zero};

/// What is left of a price after the cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Earnings {
    /// As an amount.
    pub margin: Money,
    /// In percent of the price; a price of nothing has none.
    pub margin_percent: Option<Decimal>,
    /// In percent of the cost; without a cost there is none.
    pub markup_percent: Option<Decimal>,
}

impl Earnings {
    /// Of a price.
    pub fn of(cost: &Money, selling: &Money) -> Self {
        let margin = selling.minus(cost);
        Self {
            margin_percent: margin.percent_of(selling),
            markup_percent: margin.percent_of(cost),
            margin,
        }
    }
    /// Whether it earns less than so many percent of the price. Compared exactly: nothing is rounded into or out of it.
    pub fn is_below(cost: &Money, selling: &Money, percent: i64) -> bool {
        let hundred = BigDecimal::from(100);
        (selling.exact() - cost.exact()) * &hundred < selling.exact() * BigDecimal::from(percent)
    }
}

/// The price that puts so many percent on top of the cost.
pub fn by_markup(cost: &Money, percent: &Decimal, currency: Currency) -> Money {
    let hundred = BigDecimal::from(100);
    currency.round(&(cost.exact() * (percent.exact() + &hundred) / hundred))
}

/// The price of which so many percent are left after the cost; no price leaves all of it.
pub fn by_margin_percent(cost: &Money, percent: &Decimal, currency: Currency) -> Option<Money> {
    let hundred = BigDecimal::from(100);
    let share = &hundred - percent.exact();
    (share > BigDecimal::zero()).then(|| currency.round(&(cost.exact() * hundred / share)))
}

/// The price of which this amount is left after the cost.
pub fn by_margin(cost: &Money, margin: &Money, currency: Currency) -> Money {
    currency.round(&(cost.exact() + margin.exact()))
}

text_enum! {
    /// What a price that was computed is rounded to.
    Rounding: text {
        /// The currency's smallest unit.
        None = "none",
        /// The nearest whole number.
        Whole = "whole",
        /// The nearest that ends in .99; whole in a currency without cents.
        Ninetynine = "ninety_nine",
        /// The nearest that ends in .90; whole in a currency without cents.
        Ninety = "ninety",
    }
}

impl Rounding {
    /// Rounds a price, half to even. Never to less than the ending itself.
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

/// The nearest whole number: the one rounding of money, at hundreds of it.
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
    /// Numbers without end that are the same every time.
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
    fn a_price_is_found_from_every_side() {
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
        let earned = Earnings::of(&money("4.20"), &money("9.90"));
        assert_eq!(earned.margin, money("5.70"));
        assert_eq!(earned.margin_percent, Some(money("57.58")));
        assert_eq!(earned.markup_percent, Some(money("135.71")));
        let free = Earnings::of(&money("0"), &money("0"));
        assert_eq!((free.margin_percent, free.markup_percent), (None, None));
    }

    #[test]
    fn what_one_side_says_the_other_says_too() {
        let mut all = numbers();
        for _ in 0..10_000 {
            let (Some(cost), Some(margin)) = (all.next(), all.next()) else {
                return;
            };
            let (cost, margin) = (amount(cost + 100), amount(margin));
            let selling = by_margin(&cost, &margin, Currency::Usd);
            let earned = Earnings::of(&cost, &selling);
            assert_eq!(earned.margin, margin);
            // A percentage has two decimals: from it the price comes back to within half of one of them.
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
    fn roundings_end_as_they_say_and_go_to_the_nearest() {
        for (rounding, given, becomes) in [
            (Rounding::Ninetynine, "10.42", "9.99"),
            (Rounding::Ninetynine, "10.50", "10.99"),
            (Rounding::Ninetynine, "0.10", "0.99"),
            (Rounding::Ninety, "10.39", "9.90"),
            (Rounding::Ninety, "10.41", "10.90"),
            (Rounding::Whole, "10.50", "10.00"),
            (Rounding::Whole, "11.50", "12.00"),
            (Rounding::None, "10.125", "10.12"),
            (Rounding::None, "10.135", "10.14"),
        ] {
            let round = rounding.round(&exact(given), Currency::Usd);
            assert_eq!(round, money(becomes), "{rounding} {given}");
        }
        let yen = |rounding: Rounding| rounding.round(&exact("980.5"), Currency::Jpy);
        assert_eq!(yen(Rounding::None), money("980"));
        assert_eq!(yen(Rounding::Ninetynine), money("980"));
        for cents in numbers().take(10_000) {
            let price = amount(cents);
            let half = exact("0.50");
            for rounding in Rounding::ALL {
                let round = rounding.round(price.exact(), Currency::Usd);
                assert_eq!(rounding.round(round.exact(), Currency::Usd), round);
                let off = (round.exact() - price.exact()).abs();
                assert!(off <= half || round < money("1.00"), "{price} {rounding}");
            }
        }
    }

    #[test]
    fn a_margin_is_too_low_by_any_part_of_a_cent() {
        assert!(!Earnings::is_below(&money("9.50"), &money("10.00"), 5));
        assert!(Earnings::is_below(&money("9.51"), &money("10.00"), 5));
        assert!(!Earnings::is_below(&money("10.00"), &money("10.00"), 0));
        assert!(Earnings::is_below(&money("10.01"), &money("10.00"), 0));
    }
}
