//! Exact numbers for money, megabytes and percentages. Floats are never used.

use crate::Param;
use bigdecimal::{BigDecimal, RoundingMode, Signed, ToPrimitive, Zero, num_bigint::BigInt};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, str::FromStr};

/// An exact number with two decimals, as a string in JSON: `"12.50"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "server",
    derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)
)]
#[cfg_attr(feature = "server", diesel(sql_type = diesel::sql_types::Numeric))]
pub struct Decimal(BigDecimal);

/// An amount of money; a separate field holds the currency.
pub type Money = Decimal;

/// Number of decimals of every number.
const SCALE: i64 = 2;

impl Decimal {
    /// Creates the number, rounded half to even to two decimals. Money is rounded here and nowhere else.
    pub fn new(exact: BigDecimal) -> Self {
        if exact.fractional_digit_count() == SCALE {
            return Self(exact);
        }
        Self(exact.with_scale_round(SCALE, RoundingMode::HalfEven))
    }
    /// Returns zero.
    pub fn zero() -> Self {
        Self::new(BigDecimal::zero())
    }
    /// Returns whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }
    /// Returns whether the database columns can store the number: at most eight digits before the point.
    pub fn is_storable(&self) -> bool {
        self.whole().is_some_and(|whole| whole.abs() < 100_000_000)
    }
    /// Returns whether the number is above zero.
    pub fn is_positive(&self) -> bool {
        self.0.is_positive()
    }
    /// Returns the exact value, for arithmetic that rounds once at its end.
    pub fn exact(&self) -> &BigDecimal {
        &self.0
    }
    /// Returns the number multiplied by `count`.
    pub fn times(&self, count: i32) -> Self {
        Self::new(&self.0 * BigDecimal::from(count))
    }
    /// Returns the sum.
    pub fn plus(&self, other: &Self) -> Self {
        Self::new(&self.0 + &other.0)
    }
    /// Returns the difference.
    pub fn minus(&self, other: &Self) -> Self {
        Self::new(&self.0 - &other.0)
    }
    /// Returns `rate` percent of the number.
    pub fn percent(&self, rate: &Self) -> Self {
        Self::new(&self.0 * &rate.0 / BigDecimal::from(100))
    }
    /// Returns `rate` percent of the amount as it can be paid in a currency: rounded once, half to even, to the
    /// smallest unit.
    pub fn percent_in(&self, rate: &Self, currency: Currency) -> Self {
        currency.round(&(&self.0 * &rate.0 / BigDecimal::from(100)))
    }
    /// Formats the amount as the currency writes it, without the currency code: `12.50` in USD, `12` in JPY. An amount
    /// that the currency cannot hold keeps its decimals, so that no error is hidden.
    pub fn digits_in(&self, currency: Currency) -> String {
        let text = self.to_string();
        match text.strip_suffix(".00") {
            Some(whole) if currency.exponent() == 0 => whole.to_owned(),
            _ => text,
        }
    }
    /// Formats the amount as the currency writes it, with the currency code: `12.50 USD`, `12 JPY`.
    pub fn in_currency(&self, currency: Currency) -> String {
        format!("{} {currency}", self.digits_in(currency))
    }
    /// Adds another number in place.
    pub fn add(&mut self, other: &Self) {
        self.0 += &other.0;
    }
    /// Returns this number as a percentage of `whole`, or `None` when `whole` is zero.
    pub fn percent_of(&self, whole: &Self) -> Option<Self> {
        if whole.0.is_zero() {
            return None;
        }
        // Twenty decimals distinguish a half from values close to it.
        let (part, whole) = (self.hundredths(), whole.hundredths());
        let percent = part.as_ref() * 10_i128.pow(22) / whole.as_ref();
        Some(Self::new(BigDecimal::new(percent, 20)))
    }
    fn hundredths(&self) -> Cow<'_, BigInt> {
        self.0.as_bigint_and_scale().0
    }
    /// Returns the whole part, for numbers that are whole by nature, such as the bytes of a megabyte count.
    pub fn whole(&self) -> Option<i64> {
        self.0.to_i64()
    }
    /// Returns the amount in the currency's smallest unit, as payment gateways count: 12.50 USD is 1250, 12 JPY is 12.
    pub fn minor(&self, currency: Currency) -> Option<i64> {
        let minor = &self.0 * BigDecimal::from(10_i64.checked_pow(currency.exponent())?);
        minor.is_integer().then(|| minor.to_i64()).flatten()
    }
    /// Creates an amount from the currency's smallest units.
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        let per_unit = 10_i64.checked_pow(currency.exponent()).unwrap_or(1);
        Self::new(BigDecimal::from(minor) / BigDecimal::from(per_unit))
    }
}

impl From<i64> for Decimal {
    fn from(whole: i64) -> Self {
        Self::new(BigDecimal::from(whole))
    }
}

impl FromStr for Decimal {
    type Err = &'static str;
    /// Parses at most eight digits before the point and two after it, as the database columns store them. Rejects
    /// exponents, spaces and plus signs.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text, 8)
    }
}

/// Parses at most `longest` digits before the point and two after it.
fn read(text: &str, longest: usize) -> Result<Decimal, &'static str> {
    const SHAPE: &str = "must be a number such as 12.50, with two decimals at most";
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let fits = (1..=longest).contains(&whole.len()) && (1..=2).contains(&part.len());
    if !fits
        || !whole
            .bytes()
            .chain(part.bytes())
            .all(|b| b.is_ascii_digit())
    {
        return Err(SHAPE);
    }
    BigDecimal::from_str(text)
        .map(Decimal::new)
        .map_err(|_| SHAPE)
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(hundredths) = self.hundredths().to_i128() else {
            return f.write_str(&self.0.to_plain_string());
        };
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, part) = (
            hundredths.unsigned_abs() / 100,
            hundredths.unsigned_abs() % 100,
        );
        write!(f, "{sign}{whole}.{part:02}")
    }
}

impl Param for Decimal {
    fn parse(text: &str) -> Result<Self, &'static str> {
        text.parse()
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        // Sums and ratios can be longer than input; [`crate::FieldErrors::not_negative`] and similar checks limit input.
        read(&String::deserialize(from)?, 18).map_err(serde::de::Error::custom)
    }
}

text_enum! {
    /// A currency that plans are sold in: currencies of ISO 4217 with at most two decimals.
    Currency: text {
        Usd = "USD", Eur = "EUR", Gbp = "GBP", Aud = "AUD", Brl = "BRL", Cad = "CAD", Chf = "CHF", Cny = "CNY", Czk = "CZK",
        Dkk = "DKK", Hkd = "HKD", Huf = "HUF", Idr = "IDR", Ils = "ILS", Inr = "INR", Jpy = "JPY", Krw = "KRW", Mxn = "MXN",
        Myr = "MYR", Nok = "NOK", Nzd = "NZD", Php = "PHP", Pln = "PLN", Ron = "RON", Sek = "SEK", Sgd = "SGD", Thb = "THB",
        Try = "TRY", Twd = "TWD", Vnd = "VND", Zar = "ZAR", Aed = "AED",
    }
}

impl Currency {
    /// Returns the number of decimals of the smallest unit, as Stripe counts them:
    /// <https://docs.stripe.com/currencies#zero-decimal>.
    pub const fn exponent(self) -> u32 {
        if matches!(self, Self::Jpy | Self::Krw | Self::Vnd) {
            0
        } else {
            2
        }
    }
    /// Rounds an exact amount once, half to even, to the currency's smallest unit. Every product, quotient and share of
    /// money is rounded here.
    pub fn round(self, exact: &BigDecimal) -> Money {
        let digits = i64::from(self.exponent());
        Decimal(
            exact
                .with_scale_round(digits, RoundingMode::HalfEven)
                .with_scale(SCALE),
        )
    }
    /// Returns whether an amount can be paid in the currency: no fractions of a yen.
    pub fn can_hold(self, amount: &Decimal) -> bool {
        amount.minor(self).is_some()
    }
}

#[cfg(feature = "server")]
mod server {
    use super::{BigDecimal, Decimal};
    use diesel::{
        deserialize,
        pg::{Pg, PgValue},
        serialize,
        sql_types::Numeric,
    };

    impl serialize::ToSql<Numeric, Pg> for Decimal {
        fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, Pg>) -> serialize::Result {
            <BigDecimal as serialize::ToSql<Numeric, Pg>>::to_sql(&self.0, out)
        }
    }
    impl deserialize::FromSql<Numeric, Pg> for Decimal {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            <BigDecimal as deserialize::FromSql<Numeric, Pg>>::from_sql(value).map(Self::new)
        }
    }
    impl utoipa::PartialSchema for Decimal {
        fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
            utoipa::openapi::ObjectBuilder::new()
                .schema_type(utoipa::openapi::schema::Type::String)
                .pattern(Some(r"^-?\d{1,18}(\.\d{1,2})?$"))
                .examples(["12.50"])
                .description(Some("An exact number with two decimals, as text."))
                .build()
                .into()
        }
    }
    impl utoipa::ToSchema for Decimal {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_parses_and_formats_same_text() {
        for text in ["0.00", "12.50", "-3.07", "99999999.99"] {
            assert_eq!(
                text.parse::<Decimal>().map(|d| d.to_string()).as_deref(),
                Ok(text)
            );
        }
        assert_eq!(
            "7".parse::<Decimal>().map(|d| d.to_string()).as_deref(),
            Ok("7.00")
        );
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1.234",
            "1e3",
            "+1",
            " 1",
            "123456789",
            "NaN",
            "١",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    #[test]
    fn sums_and_shares_are_exact() {
        let number = |text: &str| read(text, 18).unwrap_or_else(|_| Decimal::zero());
        let mut sum = number("999999999999999999.99");
        sum.add(&number("-0.01"));
        assert_eq!(sum.to_string(), "999999999999999999.98");
        for (part, whole, percent) in [
            ("1.00", "3.00", "33.33"),
            ("2.00", "3.00", "66.67"),
            ("-2.00", "3.00", "-66.67"),
            // Halves round to even; values next to a half do not.
            ("1.00", "800.00", "0.12"),
            ("3.00", "800.00", "0.38"),
            ("999999999999999.00", "800000000000000000.00", "0.12"),
            ("1000000000000001.00", "800000000000000000.00", "0.13"),
        ] {
            let found = number(part).percent_of(&number(whole));
            assert_eq!(found, Some(number(percent)), "{part} of {whole}");
        }
        assert_eq!(number("1.00").percent_of(&Decimal::zero()), None);
    }

    #[test]
    fn minor_units_round_trip_in_every_currency() {
        for &currency in Currency::ALL {
            for minor in [0, 1, 99, 100, 101, 123_456_789] {
                assert_eq!(
                    Decimal::from_minor(minor, currency).minor(currency),
                    Some(minor),
                    "{currency}"
                );
            }
        }
        assert_eq!(
            "12.50"
                .parse::<Decimal>()
                .ok()
                .and_then(|d| d.minor(Currency::Jpy)),
            None
        );
    }

    #[test]
    fn amounts_round_and_format_by_currency() {
        let exact = |text: &str| BigDecimal::from_str(text).unwrap_or_default();
        for (amount, currency, rounded, written) in [
            ("90.909", Currency::Vnd, "91.00", "91 VND"),
            ("0.5", Currency::Jpy, "0.00", "0 JPY"),
            ("1.5", Currency::Krw, "2.00", "2 KRW"),
            ("-2.5", Currency::Jpy, "-2.00", "-2 JPY"),
            ("1000", Currency::Jpy, "1000.00", "1000 JPY"),
            ("90.905", Currency::Usd, "90.90", "90.90 USD"),
            ("1000", Currency::Usd, "1000.00", "1000.00 USD"),
        ] {
            let money = currency.round(&exact(amount));
            assert_eq!(money.to_string(), rounded, "{amount} {currency}");
            assert_eq!(money.in_currency(currency), written);
            assert!(currency.can_hold(&money));
        }
        let broken = Decimal::new(exact("90.91"));
        assert_eq!(broken.in_currency(Currency::Jpy), "90.91 JPY");
    }

    #[test]
    fn rounding_is_half_to_even() {
        let half = |text: &str| {
            BigDecimal::from_str(text)
                .map(Decimal::new)
                .map(|d| d.to_string())
                .ok()
        };
        assert_eq!(half("0.125").as_deref(), Some("0.12"));
        assert_eq!(half("0.135").as_deref(), Some("0.14"));
    }
}
