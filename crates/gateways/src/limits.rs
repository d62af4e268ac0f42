//! The smallest and largest amounts that Stripe can charge:
//! <https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>.

use platform::ports::payments::ChargeLimits;
use wire::{Currency, Money};

/// The largest amount of most currencies, in minor units.
const MAXIMUM: i64 = 99_999_999;

/// Returns the limits of a currency. Where Stripe publishes no minimum, the minimum is the current value of 0.50 US dollars:
/// the amount here is safely above that.
pub fn charge_limits(currency: Currency) -> ChargeLimits {
    let minimum = match currency {
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
    let maximum = match currency {
        // The maximum of Stripe has twelve digits; the database columns hold fewer.
        Currency::Idr => 9_999_999_999,
        _ => MAXIMUM,
    };
    ChargeLimits {
        minimum: Money::from_minor(minimum, currency),
        maximum: Money::from_minor(maximum, currency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_every_currency_fit_the_columns() {
        for &currency in Currency::ALL {
            let limits = charge_limits(currency);
            assert!(
                limits.minimum.is_positive() && limits.minimum < limits.maximum,
                "{currency}"
            );
            assert!(
                limits.maximum.is_storable() && currency.can_hold(&limits.minimum),
                "{currency}"
            );
        }
        assert_eq!(charge_limits(Currency::Jpy).minimum, Money::from(50));
        assert_eq!(charge_limits(Currency::Huf).minimum, Money::from(175));
    }
}
