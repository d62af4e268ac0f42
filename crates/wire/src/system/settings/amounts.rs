//! Amounts by currency, as a setting stores them.

use crate::{Currency, Decimal, Money};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Amount limits by currency. Two currencies are never compared: a currency that is not listed has the limit 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AmountLimits(BTreeMap<String, Money>);

/// The rounded worth of 100 US dollars in every currency. The table only scales a limit that is given as one number of
/// US dollars; it never converts money.
const PER_HUNDRED: &[(Currency, i64)] = &[
    (Currency::Usd, 100),
    (Currency::Eur, 100),
    (Currency::Gbp, 80),
    (Currency::Aud, 150),
    (Currency::Brl, 500),
    (Currency::Cad, 140),
    (Currency::Chf, 90),
    (Currency::Cny, 700),
    (Currency::Czk, 2_200),
    (Currency::Dkk, 700),
    (Currency::Hkd, 800),
    (Currency::Huf, 35_000),
    (Currency::Idr, 1_600_000),
    (Currency::Ils, 350),
    (Currency::Inr, 8_500),
    (Currency::Jpy, 15_000),
    (Currency::Krw, 140_000),
    (Currency::Mxn, 1_900),
    (Currency::Myr, 430),
    (Currency::Nok, 1_000),
    (Currency::Nzd, 170),
    (Currency::Php, 5_700),
    (Currency::Pln, 380),
    (Currency::Ron, 450),
    (Currency::Sek, 1_000),
    (Currency::Sgd, 130),
    (Currency::Thb, 3_400),
    (Currency::Try, 4_000),
    (Currency::Twd, 3_200),
    (Currency::Vnd, 2_500_000),
    (Currency::Zar, 1_800),
    (Currency::Aed, 360),
];

impl AmountLimits {
    /// Parses a JSON object of amounts by currency code, or one number of US dollars, which is scaled to every other
    /// currency. Returns `None` for an unknown currency, a negative amount, or an amount that its currency cannot hold.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(dollars) = text.parse::<Decimal>() {
            return Self::from_dollars(&dollars);
        }
        let limits: BTreeMap<String, Money> = serde_json::from_str(text).ok()?;
        let is_valid = limits.iter().all(|(code, limit)| {
            Currency::ALL.iter().any(|currency| {
                currency.as_str() == code && currency.can_hold(limit) && is_limit(limit)
            })
        });
        is_valid.then_some(Self(limits))
    }

    fn from_dollars(dollars: &Money) -> Option<Self> {
        let scaled = |(currency, per_hundred): &(Currency, i64)| {
            let exact =
                dollars.exact() * Money::from(*per_hundred).exact() / Money::from(100).exact();
            (currency.as_str().to_owned(), currency.round(&exact))
        };
        is_limit(dollars).then(|| Self(PER_HUNDRED.iter().map(scaled).collect()))
    }

    /// Returns the limit in a currency.
    pub fn in_currency(&self, currency: Currency) -> Money {
        let listed = self.0.get(currency.as_str());
        listed.cloned().unwrap_or_else(Money::zero)
    }

    /// Returns whether the limit is higher than another one in some currency.
    pub fn exceeds(&self, other: &Self) -> bool {
        Currency::ALL
            .iter()
            .any(|&currency| self.in_currency(currency) > other.in_currency(currency))
    }
}

fn is_limit(amount: &Money) -> bool {
    !amount.is_negative() && *amount <= Money::from(100_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_currency_can_hold_its_default() {
        let limits = AmountLimits::parse("99.99").unwrap_or_else(|| AmountLimits(BTreeMap::new()));
        for &currency in Currency::ALL {
            let limit = limits.in_currency(currency);
            assert!(
                limit.is_positive() && currency.can_hold(&limit),
                "{currency}"
            );
        }
    }

    #[test]
    fn limits_are_parsed_by_currency() {
        for text in [
            r#"{"JPY":"15000","USD":"100.00"}"#,
            r#"{"VND":"2500000"}"#,
            "{}",
            "0",
            "100",
        ] {
            assert!(AmountLimits::parse(text).is_some(), "{text}");
        }
        for text in [
            r#"{"JPY":"150.50"}"#,
            r#"{"usd":"1.00"}"#,
            r#"{"XYZ":"1.00"}"#,
            r#"{"USD":"-1.00"}"#,
            r#"{"USD":1}"#,
            "-1",
            "[]",
            "",
            "1e9",
        ] {
            assert!(AmountLimits::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_limit_exceeds_another_when_one_currency_does() {
        let read = |text: &str| AmountLimits::parse(text);
        let exceeds = |one: &str, other: &str| {
            read(one)
                .zip(read(other))
                .map(|(one, other)| one.exceeds(&other))
        };
        assert_eq!(exceeds("101", "100"), Some(true));
        assert_eq!(exceeds("100", "100"), Some(false));
        assert_eq!(
            exceeds(r#"{"USD":"50.00","JPY":"1"}"#, r#"{"USD":"100.00"}"#),
            Some(true)
        );
        assert_eq!(exceeds("{}", "100"), Some(false));
    }
}
