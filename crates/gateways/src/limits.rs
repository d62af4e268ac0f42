//! The smallest and largest amounts that Stripe can charge:
//! <https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>.

use platform::ports::payments::ChargeLimits;
use wire::{Currency, Money};

/// The largest amount of most currencies, in smallest units.
const MOST: i64 = 99_999_999;

/// Returns the limits of a currency. Where Stripe publishes no minimum, its minimum is the worth of half a US dollar on
/// the day: the amount here lies safely above that.
pub fn of(currency: Currency) -> ChargeLimits {
    let least = match currency {
        Currency::Usd
        | Currency::Eur
        | Currency::Aud
        | Currency::Brl
        | Currency::Cad
        | Currency::Chf
        | Currency::Inr
        | Currency::Nzd
        | Currency::Sgd => 50,
        Currency::Gbp => 30,
        Currency::Dkk => 250,
        Currency::Nok | Currency::Sek => 300,
        Currency::Hkd | Currency::Cny => 400,
        Currency::Aed | Currency::Myr | Currency::Pln | Currency::Ron | Currency::Ils => 200,
        Currency::Mxn | Currency::Thb | Currency::Zar => 1_000,
        Currency::Czk => 1_500,
        Currency::Huf => 17_500,
        Currency::Jpy => 50,
        Currency::Krw => 800,
        Currency::Php => 3_500,
        Currency::Twd => 2_000,
        Currency::Try => 2_500,
        Currency::Idr => 1_000_000,
        Currency::Vnd => 15_000,
    };
    let most = match currency {
        // Its largest amount has twelve digits; our columns hold fewer.
        Currency::Idr => 9_999_999_999,
        _ => MOST,
    };
    ChargeLimits {
        least: Money::from_minor(least, currency),
        most: Money::from_minor(most, currency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_currency_can_charge_something_that_the_columns_hold() {
        for &currency in Currency::ALL {
            let limits = of(currency);
            assert!(
                limits.least.is_positive() && limits.least < limits.most,
                "{currency}"
            );
            assert!(
                limits.most.is_storable() && currency.can_hold(&limits.least),
                "{currency}"
            );
        }
        assert_eq!(of(Currency::Jpy).least, Money::from(50));
        assert_eq!(of(Currency::Huf).least, Money::from(175));
    }
}
