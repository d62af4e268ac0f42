//! Parsing and formatting of query parameters and path segments.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// A value of one query parameter or path segment.
pub trait Param: Sized {
    /// Parses the value. The error completes the sentence "`field` ...".
    fn parse(text: &str) -> Result<Self, &'static str>;
    /// Formats the value so that [`Param::parse`] returns the same value.
    fn show(&self) -> String;
}

impl Param for String {
    fn parse(text: &str) -> Result<Self, &'static str> {
        if text.len() > 200 {
            return Err("must have 200 characters at most");
        }
        if text.contains('\0') {
            return Err("must not contain a NUL character");
        }
        Ok(text.to_owned())
    }
    fn show(&self) -> String {
        self.clone()
    }
}

impl Param for bool {
    fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("must be true or false"),
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Param for i32 {
    fn parse(text: &str) -> Result<Self, &'static str> {
        text.parse().map_err(|_| "must be a whole number")
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Param for i64 {
    fn parse(text: &str) -> Result<Self, &'static str> {
        text.parse().map_err(|_| "must be a whole number")
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Param for DateTime<Utc> {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let time = DateTime::parse_from_rfc3339(text)
            .map_err(|_| "must be a time as RFC 3339, such as 2026-01-31T00:00:00Z")?;
        let time = time.with_timezone(&Utc);
        // The range that PostgreSQL and all date pickers support.
        if (0..=9999).contains(&chrono::Datelike::year(&time)) {
            Ok(time)
        } else {
            Err("must lie between the years 0 and 9999")
        }
    }
    fn show(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

impl Param for NaiveDate {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let day = Self::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| "must be a day such as 2026-01-31")?;
        if (1900..=2999).contains(&chrono::Datelike::year(&day)) {
            Ok(day)
        } else {
            Err("must lie between the years 1900 and 2999")
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

/// Several alternative values, in a query as `active,suspended`.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AnyOf<T>(pub Vec<T>);

impl<T: Param> Param for AnyOf<T> {
    fn parse(text: &str) -> Result<Self, &'static str> {
        text.split(',')
            .map(T::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
    fn show(&self) -> String {
        self.0.iter().map(Param::show).collect::<Vec<_>>().join(",")
    }
}
