//! Exact numbers: money, megabytes, percentages. Never a float.

use crate::Param;
use bigdecimal::{BigDecimal, RoundingMode, Signed, ToPrimitive, Zero, num_bigint::BigInt};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, str::FromStr};

/// An exact number with two decimals, as text in JSON: `"12.50"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "server",
    derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)
)]
#[cfg_attr(feature = "server", diesel(sql_type = diesel::sql_types::Numeric))]
pub struct Decimal(BigDecimal);

/// An amount in a currency that stands beside it.
pub type Money = Decimal;

/// Decimals of every number.
const SCALE: i64 = 2;

impl Decimal {
    /// The number, rounded half to even at two decimals: the one place where money is rounded.
    pub fn new(exact: BigDecimal) -> Self {
        if exact.fractional_digit_count() == SCALE {
            return Self(exact);
        }
        Self(exact.with_scale_round(SCALE, RoundingMode::HalfEven))
    }
    /// Nothing.
    pub fn zero() -> Self {
        Self::new(BigDecimal::zero())
    }
    /// Below zero.
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }
    /// Whether our columns hold it: eight digits before the point.
    pub fn is_storable(&self) -> bool {
        self.whole().is_some_and(|whole| whole.abs() < 100_000_000)
    }
    /// Above zero.
    pub fn is_positive(&self) -> bool {
        self.0.is_positive()
    }
    /// The exact value, for arithmetic that is rounded once at its end.
    pub fn exact(&self) -> &BigDecimal {
        &self.0
    }
    /// So many times this.
    pub fn times(&self, count: i32) -> Self {
        Self::new(&self.0 * BigDecimal::from(count))
    }
    /// The sum.
    pub fn plus(&self, other: &Self) -> Self {
        Self::new(&self.0 + &other.0)
    }
    /// The difference.
    pub fn minus(&self, other: &Self) -> Self {
        Self::new(&self.0 - &other.0)
    }
    /// So many percent of this.
    pub fn percent(&self, rate: &Self) -> Self {
        Self::new(&self.0 * &rate.0 / BigDecimal::from(100))
    }
    /// So many percent of this, as it can be paid in a currency: rounded once, half to even, to its smallest unit.
    pub fn percent_in(&self, rate: &Self, currency: Currency) -> Self {
        currency.round(&(&self.0 * &rate.0 / BigDecimal::from(100)))
    }
    /// Writes the amount as the currency has it, without the currency: `12.50` in USD, `12` in JPY. An amount that the
    /// currency cannot hold keeps its decimals, so that no fault is hidden.
    pub fn digits_in(&self, currency: Currency) -> String {
        let text = self.to_string();
        match text.strip_suffix(".00") {
            Some(whole) if currency.exponent() == 0 => whole.to_owned(),
            _ => text,
        }
    }
    /// Writes the amount as the currency has it, with the currency's code: `12.50 USD`, `12 JPY`.
    pub fn in_currency(&self, currency: Currency) -> String {
        format!("{} {currency}", self.digits_in(currency))
    }
    /// Takes another one in, where many are summed up.
    pub fn add(&mut self, other: &Self) {
        self.0 += &other.0;
    }
    /// How many percent of `whole` this is; nothing of nothing has no answer.
    pub fn percent_of(&self, whole: &Self) -> Option<Self> {
        if whole.0.is_zero() {
            return None;
        }
        // Twenty decimals tell a half from all that only comes near it.
        let (part, whole) = (self.hundredths(), whole.hundredths());
        let percent = part.as_ref() * 10_i128.pow(22) / whole.as_ref();
        Some(Self::new(BigDecimal::new(percent, 20)))
    }
    fn hundredths(&self) -> Cow<'_, BigInt> {
        self.0.as_bigint_and_scale().0
    }
    /// The whole part, for numbers that are whole by nature, such as bytes of a megabyte count.
    pub fn whole(&self) -> Option<i64> {
        self.0.to_i64()
    }
    /// The amount in the currency's smallest unit, as payment gateways count: 12.50 USD is 1250, 12 JPY is 12.
    pub fn minor(&self, currency: Currency) -> Option<i64> {
        let minor = &self.0 * BigDecimal::from(10_i64.checked_pow(currency.exponent())?);
        minor.is_integer().then(|| minor.to_i64()).flatten()
    }
    /// The amount that so many of the currency's smallest units make.
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
    /// Digits, at most eight of them before the point and two after it: what our columns hold. No exponent, no spaces, no plus sign.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text, 8)
    }
}

/// Reads digits, so many of them before the point and two after it at most.
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
        // Sums and ratios are longer than what may be entered; [`crate::FieldErrors::not_negative`] and its like hold input to that.
        read(&String::deserialize(from)?, 18).map_err(serde::de::Error::custom)
    }
}

text_enum! {
    /// A currency that plans are sold in: those with two decimals or fewer (ISO 4217).
    Currency: text {
        Usd = "USD", Eur = "EUR", Gbp = "GBP", Aud = "AUD", Brl = "BRL", Cad = "CAD", Chf = "CHF", Cny = "CNY", Czk = "CZK",
        Dkk = "DKK", Hkd = "HKD", Huf = "HUF", Idr = "IDR", Ils = "ILS", Inr = "INR", Jpy = "JPY", Krw = "KRW", Mxn = "MXN",
        Myr = "MYR", Nok = "NOK", Nzd = "NZD", Php = "PHP", Pln = "PLN", Ron = "RON", Sek = "SEK", Sgd = "SGD", Thb = "THB",
        Try = "TRY", Twd = "TWD", Vnd = "VND", Zar = "ZAR", Aed = "AED",
    }
}

impl Currency {
    /// Decimals of its smallest unit, as Stripe counts them: <https://docs.stripe.com/currencies#zero-decimal>.
    pub const fn exponent(self) -> u32 {
        if matches!(self, Self::Jpy | Self::Krw | Self::Vnd) {
            0
        } else {
            2
        }
    }
    /// Rounds an exact amount once, half to even, to the currency's smallest unit: every product, quotient and share
    /// of money passes here.
    pub fn round(self, exact: &BigDecimal) -> Money {
        let digits = i64::from(self.exponent());
        Decimal(
            exact
                .with_scale_round(digits, RoundingMode::HalfEven)
                .with_scale(SCALE),
        )
    }
    /// Whether an amount can be paid in it: no cents of a yen.
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
    fn money_reads_and_writes_the_same_text() {
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
            // Halves, to even; and what lies next to one.
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
    fn every_currency_survives_the_round_trip_through_its_smallest_unit() {
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
    fn amounts_are_rounded_and_written_as_the_currency_has_them() {
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
