//! Imports of tables: reads a CSV file or a JSON array into rows of named texts, and builds the report of an import. The
//! sections interpret the rows.

mod csv_file;

use crate::{
    error::{Error, Result},
    extract::Upload,
    text::{fold, tidy},
};
use csv_file::{decoded, from_csv};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use wire::{
    FieldError, ProblemCode,
    catalog::plans::{ImportOutcome, ImportReport},
};

/// The maximum number of rows of an import.
pub const MAX_ROWS: usize = 10_000;

/// A row: its number and its values by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The row in the spreadsheet, whose first row is the header; in a JSON array the position, from 1.
    pub number: i32,
    values: HashMap<String, String>,
    /// The columns without a value in this row.
    empty: HashSet<String>,
}

impl Record {
    /// Creates a row from values by column. Empty values are left out.
    pub fn new(number: i32, values: impl Iterator<Item = (String, String)>) -> Self {
        Self {
            number,
            values: values.filter(|(_, value)| !value.is_empty()).collect(),
            empty: HashSet::new(),
        }
    }

    /// Returns the first value among these columns. Names have the form `activation_code`.
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|name| self.values.get(*name))
            .map(String::as_str)
    }
    /// Returns the first value among these columns, without the apostrophe that makes a spreadsheet treat a number or a key
    /// as text.
    pub fn key(&self, names: &[&str]) -> Option<&str> {
        self.get(names)
            .map(|text| text.trim_start_matches('\''))
            .filter(|text| !text.is_empty())
    }
    /// Returns whether the row has this column, with or without a value.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.empty.contains(name)
    }
}

/// Reads a table. Rows without any value are skipped.
pub fn table(upload: &Upload) -> Result<Vec<Record>> {
    let text = decoded(&upload.bytes)?;
    if text.contains('\0') {
        return Err(Error::with_detail(
            ProblemCode::Malformed,
            "The file contains NUL characters.",
        ));
    }
    let records = match upload.content_type.as_str() {
        "text/csv" => from_csv(&text)?,
        "application/json" => from_json(&text)?,
        _ => {
            return Err(Error::with_detail(
                ProblemCode::UnsupportedMediaType,
                "Send the table as text/csv or as application/json.",
            ));
        }
    };
    if records.is_empty() {
        return Err(Error::field("rows", "required", "The table has no rows."));
    }
    Ok(records)
}

/// Reads a boolean as programs, people and spreadsheets in several languages write it.
pub fn boolean(text: &str) -> Result<bool, &'static str> {
    match fold(text).as_str() {
        "true" | "yes" | "y" | "1" | "x" | "wahr" | "ja" | "vrai" | "oui" | "verdadero" | "si"
        | "vero" | "verdadeiro" | "sim" | "waar" | "prawda" | "tak" => Ok(true),
        "false" | "no" | "n" | "0" | "falsch" | "nein" | "faux" | "non" | "falso" | "nao"
        | "onwaar" | "nee" | "falsz" | "nie" => Ok(false),
        _ => Err("must be true or false"),
    }
}

fn from_json(text: &str) -> Result<Vec<Record>> {
    let rows = serde_json::from_str::<Rows>(text).map_err(|_| {
        Error::with_detail(
            ProblemCode::Malformed,
            "The body is not a JSON array of objects, nor an object that has one as `data`.",
        )
    })?;
    let (Rows::Bare(rows) | Rows::Wrapped { data: rows }) = rows;
    let mut records = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let mut values = Vec::with_capacity(row.len());
        for (name, value) in row {
            let text = plain(&value).ok_or_else(|| {
                Error::field(
                    format!("rows.{}.{}", index.saturating_add(1), truncated(&name)),
                    "type",
                    "Give a text, a number, true or false, or a list of these.",
                )
            })?;
            values.push((column(&name), text));
        }
        let number = i32::try_from(index.saturating_add(1)).map_err(Error::internal)?;
        push_record(&mut records, number, values.into_iter())?;
    }
    Ok(records)
}

/// The rows of a JSON body: an array, or an object with an array as `data`, like a list of the API.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Rows {
    Bare(Vec<Map<String, Value>>),
    Wrapped { data: Vec<Map<String, Value>> },
}

/// Returns a JSON value as the text of a cell; `None` for an object.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(on) => Some(on.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(tidy(text).into_owned()),
        Value::Array(parts) if parts.iter().any(Value::is_array) => None,
        Value::Array(parts) => parts
            .iter()
            .map(plain)
            .collect::<Option<Vec<_>>>()
            .map(|parts| parts.join("|")),
        Value::Object(_) => None,
    }
}

fn push_record(
    records: &mut Vec<Record>,
    number: i32,
    values: impl Iterator<Item = (String, String)>,
) -> Result<()> {
    if records.len() >= MAX_ROWS {
        return Err(Error::with_detail(
            ProblemCode::TooLarge,
            format!("A table may have {MAX_ROWS} rows at most. Split it."),
        ));
    }
    let (values, empty): (HashMap<_, _>, HashMap<_, _>) = values
        .filter(|(name, _)| !name.is_empty())
        .partition(|(_, value): &(String, String)| !value.is_empty());
    if !values.is_empty() {
        records.push(Record {
            number,
            values,
            empty: empty.into_keys().collect(),
        });
    }
    Ok(())
}

/// Returns the normalised name of a column: `Activation Code` becomes `activation_code`.
fn column(name: &str) -> String {
    name.trim()
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

fn truncated(name: &str) -> String {
    name.chars().take(40).collect()
}

/// The result of one row.
pub struct RowResult<'a> {
    /// The row in the spreadsheet.
    pub number: i32,
    /// The outcome, or in a dry run the expected outcome.
    pub outcome: ImportOutcome,
    /// The errors of the row.
    pub errors: &'a [FieldError],
}

/// Builds the report of an import. Unless it is a dry run, one invalid row fails the whole import, with errors such as
/// `rows.3.iccid`. Call this before the first write.
pub fn report<R>(
    dry_run: bool,
    rows: Vec<R>,
    result: impl Fn(&R) -> RowResult<'_>,
) -> Result<ImportReport<R>> {
    let count = |wanted| {
        i32::try_from(
            rows.iter()
                .filter(|row| result(row).outcome == wanted)
                .count(),
        )
        .unwrap_or(i32::MAX)
    };
    let refused = count(ImportOutcome::Refused);
    if refused > 0 && !dry_run {
        let errors = rows.iter().map(&result).flat_map(|row| {
            row.errors.iter().map(move |error| FieldError {
                field: format!("rows.{}.{}", row.number, error.field),
                ..error.clone()
            })
        });
        return Err(Error::fields(errors.collect()));
    }
    let (created, updated, unchanged) = (
        count(ImportOutcome::Created),
        count(ImportOutcome::Updated),
        count(ImportOutcome::Unchanged),
    );
    Ok(ImportReport {
        dry_run,
        created,
        updated,
        unchanged,
        refused,
        rows,
    })
}

#[cfg(test)]
mod tests;
