//! Days and times in emails, written in the time zone that they carry.

use chrono::{DateTime, TimeZone};
use serde::Serialize;
use std::fmt::Display;

/// A day, such as `9 March 2026`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct LocalDate(String);

impl<Z: TimeZone<Offset: Display>> From<DateTime<Z>> for LocalDate {
    fn from(at: DateTime<Z>) -> Self {
        Self(at.format("%-d %B %Y").to_string())
    }
}

/// A time with its zone, such as `9 March 2026, 08:05 UTC`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct LocalTime(String);

impl<Z: TimeZone<Offset: Display>> From<DateTime<Z>> for LocalTime {
    fn from(at: DateTime<Z>) -> Self {
        Self(at.format("%-d %B %Y, %H:%M %Z").to_string())
    }
}
