//! JSON whose numbers keep their digits.
//!
//! Providers send the same field as a number, a text or nothing, add fields, and write ICCIDs as numbers that no float can
//! hold. Therefore the answers are read as a tree: what is missing or of another type is `None`, and never an error.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use chrono::{DateTime, NaiveDateTime, Utc};
use hifijson::{SliceLexer, token::Lex, value::Value};
use std::str::FromStr;
use wire::{Currency, Money};

/// How deep values may be nested.
const DEPTH: usize = 48;

/// The longest text of a number.
const LONGEST_NUMBER: usize = 40;

/// A JSON value. It is not printed, because it can contain activation codes.
#[derive(Clone, PartialEq)]
pub enum Json {
    /// `null`, and every value that does not exist.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// The fields of an object in their order.
    Object(Vec<(String, Json)>),
}

static NULL: Json = Json::Null;

impl Json {
    /// Parses a whole text.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut lexer = SliceLexer::new(text.trim_ascii());
        lexer
            .exactly_one(Lex::ws_peek, |next, lexer| {
                hifijson::value::parse_bounded(DEPTH, next, lexer)
            })
            .ok()
            .map(convert)
    }

    /// Returns a field; [`Json::Null`] when there is none.
    pub fn get(&self, name: &str) -> &Self {
        match self {
            Self::Object(fields) => fields
                .iter()
                .find(|(known, _)| known == name)
                .map_or(&NULL, |(_, value)| value),
            _ => &NULL,
        }
    }

    /// Returns the field of a field, and so on.
    pub fn path(&self, names: &[&str]) -> &Self {
        names.iter().fold(self, |value, name| value.get(name))
    }

    /// Returns the items of a list, or the values of an object: some providers number the fields of an object instead of
    /// sending a list.
    pub fn items(&self) -> Vec<&Self> {
        match self {
            Self::List(items) => items.iter().collect(),
            Self::Object(fields) => fields.iter().map(|(_, value)| value).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns the first item of a list.
    pub fn first(&self) -> &Self {
        self.items().first().copied().unwrap_or(&NULL)
    }

    /// Returns the items of a list, or the value itself if it is an object.
    pub fn one_or_many(&self) -> Vec<&Self> {
        match self {
            Self::Object(_) => vec![self],
            _ => self.items(),
        }
    }

    /// Returns whether there is no value.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns a text, or a number as it was written; `None` when it is empty.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text.trim()).filter(|t| !t.is_empty()),
            _ => None,
        }
    }

    /// Returns a text, or a number as it was written, as its own string.
    pub fn string(&self) -> Option<String> {
        self.text().map(ToOwned::to_owned)
    }

    /// Returns a text that was sent as a text. A number can have been rounded by the provider.
    pub fn exact_text(&self) -> Option<&str> {
        match self {
            Self::Text(_) => self.text(),
            _ => None,
        }
    }

    /// Returns `true` or `false`, also when they are sent as text or as 1 and 0.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => match self.text()? {
                "true" | "True" | "TRUE" | "1" => Some(true),
                "false" | "False" | "FALSE" | "0" => Some(false),
                _ => None,
            },
        }
    }

    /// Returns an exact number, also when it is sent as text.
    pub fn number(&self) -> Option<BigDecimal> {
        let text = self.text().filter(|text| text.len() <= LONGEST_NUMBER)?;
        let number = BigDecimal::from_str(text).ok()?;
        // A short text can be a number with billions of digits.
        (number.fractional_digit_count().unsigned_abs() <= 40).then_some(number)
    }

    /// Returns a whole number.
    pub fn whole(&self) -> Option<i64> {
        let number = self.number()?;
        number.is_integer().then(|| number.to_i64()).flatten()
    }

    /// Returns a whole number that fits a smaller column.
    pub fn count(&self) -> Option<i32> {
        self.whole().and_then(|whole| i32::try_from(whole).ok())
    }

    /// Returns a number of bytes that is sent in a larger unit, rounded down.
    pub fn bytes(&self, unit: i64) -> Option<i64> {
        let bytes = self.number()? * BigDecimal::from(unit);
        bytes.to_i64().filter(|bytes| *bytes >= 0)
    }

    /// Returns an amount of a currency.
    pub fn money(&self) -> Option<Money> {
        Some(Money::new(self.number()?)).filter(Money::is_storable)
    }

    /// Returns a cost. More than two decimals are rounded up, so that a cost is never lower here than at the provider.
    pub fn cost(&self) -> Option<Money> {
        let exact = self.number()?.with_scale_round(2, RoundingMode::Ceiling);
        Some(Money::new(exact)).filter(Money::is_storable)
    }

    /// Returns a currency that the product knows.
    pub fn currency(&self) -> Option<Currency> {
        let code = self.text()?.to_ascii_uppercase();
        Currency::ALL
            .iter()
            .copied()
            .find(|currency| currency.as_str() == code)
    }

    /// Returns a time: RFC 3339, with an offset without a colon, or without an offset in UTC.
    pub fn time(&self) -> Option<DateTime<Utc>> {
        parse_time(self.exact_text()?)
    }

    /// Returns a time that is sent as milliseconds since 1970.
    pub fn time_of_millis(&self) -> Option<DateTime<Utc>> {
        self.whole()
            .filter(|millis| *millis > 0)
            .and_then(DateTime::from_timestamp_millis)
    }
}

fn convert(value: Value<&str, std::borrow::Cow<'_, str>>) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Flag(flag),
        Value::Number((text, _)) => Json::Number(text.to_owned()),
        Value::String(text) => Json::Text(text.into_owned()),
        Value::Array(items) => Json::List(items.into_iter().map(convert).collect()),
        Value::Object(fields) => Json::Object(
            fields
                .into_iter()
                .map(|(name, value)| (name.into_owned(), convert(value)))
                .collect(),
        ),
    }
}

fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    let with_offset = |format| DateTime::parse_from_str(text, format).ok();
    let without_offset = |format| NaiveDateTime::parse_from_str(text, format).ok();
    DateTime::parse_from_rfc3339(text)
        .ok()
        .or_else(|| with_offset("%Y-%m-%dT%H:%M:%S%.f%z"))
        .or_else(|| with_offset("%Y-%m-%d %H:%M:%S%.f%z"))
        .map(|time| time.to_utc())
        .or_else(|| {
            without_offset("%Y-%m-%d %H:%M:%S%.f")
                .or_else(|| without_offset("%Y-%m-%dT%H:%M:%S%.f"))
                .or_else(|| without_offset("%Y-%m-%d %H:%M"))
                .map(|time| time.and_utc())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Json {
        Json::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_keep_their_digits() {
        let json = parse(
            r#"{"iccid": 89883070000123460001, "price": 0.1, "text": "9.50", "large": 4.0e2, "data": 2378}"#,
        );
        assert_eq!(json.get("iccid").text(), Some("89883070000123460001"));
        assert_eq!(json.get("iccid").exact_text(), None);
        assert_eq!(json.get("price").money().unwrap().to_string(), "0.10");
        assert_eq!(json.get("text").money().unwrap().to_string(), "9.50");
        assert_eq!(json.get("large").whole(), Some(400));
        assert_eq!(json.get("data").bytes(1_000_000), Some(2_378_000_000));
        assert_eq!(json.get("price").whole(), None);
    }

    #[test]
    fn cost_is_rounded_up() {
        for (text, cost) in [("4.2", "4.20"), ("4.2001", "4.21"), ("\"4.205\"", "4.21")] {
            let found = parse(text).cost().map(|cost| cost.to_string());
            assert_eq!(found.as_deref(), Some(cost), "{text}");
        }
    }

    #[test]
    fn missing_and_wrong_values_are_none() {
        let json = parse(r#"{"a": {"b": [1, {"c": "x"}]}, "empty": "", "no": null}"#);
        assert_eq!(json.path(&["a", "b"]).items().len(), 2);
        assert!(json.path(&["a", "b", "c"]).is_null());
        assert!(json.path(&["x", "y"]).is_null());
        assert_eq!(json.get("empty").text(), None);
        assert_eq!(json.get("no").whole(), None);
        assert_eq!(json.get("a").text(), None);
        assert_eq!(json.get("a").money(), None);
        assert_eq!(json.get("a").one_or_many().len(), 1);
        assert_eq!(parse("[1,2]").one_or_many().len(), 2);
        for text in [
            r#""1e999999999""#,
            r#""NaN""#,
            r#""-""#,
            "[]",
            "1e-400",
            r#""٣""#,
        ] {
            assert_eq!(parse(text).number(), None, "{text}");
            assert_eq!(parse(text).bytes(1), None, "{text}");
        }
        assert_eq!(parse("-1").bytes(1), None);
        assert_eq!(parse("99999999999999999999").whole(), None);
    }

    #[test]
    fn parse_rejects_what_is_not_json() {
        let deep = "[".repeat(100_000);
        for text in [
            "", "<html>", "{", "{}x", "{\"a\":1", "\"\u{0}", &deep, "nul",
        ] {
            assert!(Json::parse(text.as_bytes()).is_none(), "{text:.20}");
        }
        assert!(Json::parse(b"\"\xff\"").is_none());
        assert!(Json::parse(b" [1] \r\n").is_some());
    }

    #[test]
    fn flags_are_read_in_every_spelling() {
        for (text, flag) in [
            ("true", Some(true)),
            ("\"true\"", Some(true)),
            ("1", Some(true)),
            ("\"False\"", Some(false)),
            ("0", Some(false)),
            ("2", None),
            ("\"yes\"", None),
        ] {
            assert_eq!(parse(text).flag(), flag, "{text}");
        }
    }

    #[test]
    fn times_are_read_in_every_spelling() {
        let noon = DateTime::parse_from_rfc3339("2026-11-29T12:00:00Z")
            .unwrap()
            .to_utc();
        for text in [
            "2026-11-29T12:00:00Z",
            "2026-11-29T13:00:00+01:00",
            "2026-11-29T12:00:00+0000",
            "2026-11-29T12:00:00.000000000Z",
            "2026-11-29 12:00:00",
            "2026-11-29 12:00",
        ] {
            assert_eq!(parse_time(text), Some(noon), "{text}");
        }
        for text in ["", "2026-13-29 12:00:00", "tomorrow", "0"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
        assert_eq!(parse("1795953600000").time_of_millis(), Some(noon));
        assert_eq!(parse("\"1795953600000\"").time_of_millis(), Some(noon));
        assert_eq!(parse("0").time_of_millis(), None);
    }
}
