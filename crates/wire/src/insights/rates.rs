//! Exchange rates, by which reports convert amounts to the base currency.

use crate::{AnyOf, Check, Currency, ExchangeRateId, FieldErrors, Money, Param, Resource, UserId};
use bigdecimal::{BigDecimal, RoundingMode, Signed};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Number of decimals of a rate.
const SCALE: i64 = 12;
/// Maximum number of rates of one request.
pub const MAX_RATES: usize = 1000;

/// An exchange rate: a positive number with at most twelve decimals, as a string in JSON: `"1.0845"`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "server",
    derive(diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)
)]
#[cfg_attr(feature = "server", diesel(sql_type = diesel::sql_types::Numeric))]
pub struct Rate(BigDecimal);

impl Rate {
    /// Returns the rate 1, of a currency to itself.
    pub fn one() -> Self {
        Self(BigDecimal::from(1))
    }
    /// Returns the rate in the opposite direction. The caller rounds it.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self(BigDecimal::from(1) / &self.0)
    }
    /// Returns the rate through a third currency: this rate leads to the third currency, `onward` from there. The caller
    /// rounds it.
    #[must_use]
    pub fn then(&self, onward: &Self) -> Self {
        Self(&self.0 * &onward.0)
    }
    /// Returns the rate through a third currency: this rate leads to the third currency, `back` from the result to the third
    /// currency. The caller rounds it.
    #[must_use]
    pub fn against(&self, back: &Self) -> Self {
        Self(&self.0 / &back.0)
    }
    /// Rounds the rate half to even to twelve decimals.
    #[must_use]
    pub fn rounded(&self) -> Self {
        let rounded = self.0.with_scale_round(SCALE, RoundingMode::HalfEven);
        Self(rounded.normalized())
    }
    /// Converts an amount to a currency, rounded once, half to even, to its smallest unit.
    pub fn convert(&self, amount: &Money, to: Currency) -> Money {
        to.round(&(amount.exact() * &self.0))
    }
}

impl FromStr for Rate {
    type Err = &'static str;
    /// Parses at most twelve digits before the point and twelve after it. Rejects signs, exponents and zero.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str =
            "must be a positive number such as 1.0845, with twelve decimals at most";
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let fits = (1..=12).contains(&whole.len()) && (1..=12).contains(&part.len());
        let is_number = whole
            .bytes()
            .chain(part.bytes())
            .all(|byte| byte.is_ascii_digit());
        if !fits || !is_number {
            return Err(SHAPE);
        }
        match BigDecimal::from_str(text) {
            Ok(rate) if rate.is_positive() => Ok(Self(rate.normalized())),
            _ => Err(SHAPE),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_plain_string())
    }
}

impl Param for Rate {
    fn parse(text: &str) -> Result<Self, &'static str> {
        text.parse()
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "server")]
mod server {
    use super::{BigDecimal, Rate};
    use diesel::{
        deserialize,
        pg::{Pg, PgValue},
        serialize,
        sql_types::Numeric,
    };

    impl serialize::ToSql<Numeric, Pg> for Rate {
        fn to_sql<'b>(&'b self, out: &mut serialize::Output<'b, '_, Pg>) -> serialize::Result {
            <BigDecimal as serialize::ToSql<Numeric, Pg>>::to_sql(&self.0, out)
        }
    }
    impl deserialize::FromSql<Numeric, Pg> for Rate {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            <BigDecimal as deserialize::FromSql<Numeric, Pg>>::from_sql(value)
                .map(|rate| Self(rate.normalized()))
        }
    }
    impl utoipa::PartialSchema for Rate {
        fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
            utoipa::openapi::ObjectBuilder::new()
                .schema_type(utoipa::openapi::schema::Type::String)
                .pattern(Some(r"^\d{1,12}(\.\d{1,12})?$"))
                .examples(["1.0845"])
                .description(Some(
                    "A positive number with at most twelve decimals, as text.",
                ))
                .build()
                .into()
        }
    }
    impl utoipa::ToSchema for Rate {}
}

/// An exchange rate of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, diesel::Queryable, diesel::Selectable), diesel(table_name = schema::exchange_rates, check_for_backend(diesel::pg::Pg)))]
pub struct ExchangeRate {
    /// ID of the rate.
    pub id: ExchangeRateId,
    /// The day of the rate.
    pub rate_date: NaiveDate,
    /// The currency that is converted.
    pub from_currency: Currency,
    /// The currency that it is converted to.
    pub to_currency: Currency,
    /// Units of `to_currency` for one unit of `from_currency`.
    pub rate: Rate,
    /// Source of the rate.
    pub source: String,
    /// The administrator who entered the rate.
    pub created_by: Option<UserId>,
    /// When the rate was first entered.
    pub created_at: DateTime<Utc>,
    /// When the rate was last changed.
    pub updated_at: DateTime<Utc>,
}

filter! {
    /// Filter of the exchange rates.
    ExchangeRateFilter {
        /// Rates from any of these currencies.
        from_currency: AnyOf<Currency>,
        /// Rates to any of these currencies.
        to_currency: AnyOf<Currency>,
        /// Rates of this source.
        source: String,
        /// Rates of this day or later.
        rate_date_from: NaiveDate,
        /// Rates before this day.
        rate_date_to: NaiveDate,
    }
}
sort_keys!(
    /// Sort keys of the exchange rates.
    ExchangeRateSort { RateDate = "rate_date" desc, UpdatedAt = "updated_at" });

impl Resource for ExchangeRate {
    const PATH: &'static str = "/v1/exchange-rates";
    const ONE: &'static str = "exchange rate";
    const MANY: &'static str = "exchange rates";
    type Id = ExchangeRateId;
    type Filter = ExchangeRateFilter;
    type Sort = ExchangeRateSort;
    fn id(&self) -> ExchangeRateId {
        self.id
    }
    fn label(&self) -> String {
        format!(
            "{} {}/{}",
            self.rate_date, self.from_currency, self.to_currency
        )
    }
}

/// An exchange rate to enter. A rate of the same source, day and currencies is replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewExchangeRate {
    /// The day of the rate.
    #[cfg_attr(feature = "server", schema(example = "2026-11-27"))]
    pub rate_date: NaiveDate,
    /// The currency that is converted.
    pub from_currency: Currency,
    /// The currency that it is converted to.
    pub to_currency: Currency,
    /// Units of `to_currency` for one unit of `from_currency`.
    pub rate: Rate,
    /// Source of the rate.
    #[cfg_attr(feature = "server", schema(example = "ECB"))]
    pub source: String,
}

impl Check for NewExchangeRate {
    fn check(&self, bad: &mut FieldErrors) {
        bad.day("rate_date", self.rate_date);
        bad.name("source", &self.source, 50);
        if self.from_currency == self.to_currency {
            bad.add("to_currency", "same", "Choose two different currencies.");
        }
    }
}

/// The result of an import of exchange rates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ExchangeRateImport {
    /// Number of new rates.
    pub created: i32,
    /// Number of rates that replaced another value.
    pub changed: i32,
    /// Number of rates that were known already.
    pub unchanged: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap_or_else(|_| Rate::one())
    }
    fn money(text: &str) -> Money {
        text.parse().unwrap_or_else(|_| Money::zero())
    }

    #[test]
    fn rate_parses_positive_numbers_only() {
        for (text, shown) in [("1.0845", "1.0845"), ("25487", "25487"), ("0.900", "0.9")] {
            assert_eq!(
                text.parse::<Rate>().map(|one| one.to_string()).as_deref(),
                Ok(shown)
            );
        }
        for text in [
            "",
            "0",
            "0.0",
            "-1",
            "+1",
            "1e3",
            "1.",
            ".5",
            "1.0000000000001",
            "NaN",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn inverse_and_cross_round_to_twelve_decimals() {
        let inverse = rate("24390").inverse().rounded();
        assert_eq!(inverse.to_string(), "0.00004100041");
        let cross = rate("1.0910").against(&rate("160.25")).rounded();
        assert_eq!(cross.to_string(), "0.006808112324");
        let onward = rate("1.5").then(&rate("0.000000000003")).rounded();
        assert_eq!(onward.to_string(), "0.000000000004");
    }

    #[test]
    fn convert_rounds_ties_to_the_even_unit() {
        for (amount, by, to, converted) in [
            ("0.02", "1.25", Currency::Usd, "0.02"),
            ("0.06", "1.25", Currency::Usd, "0.08"),
            ("-0.06", "1.25", Currency::Usd, "-0.08"),
            ("1.00", "150.5", Currency::Jpy, "150.00"),
            ("3.00", "150.5", Currency::Jpy, "452.00"),
        ] {
            assert_eq!(
                rate(by).convert(&money(amount), to),
                money(converted),
                "{amount}"
            );
        }
    }
}
