//! Tables that people bring: a CSV file or a JSON array becomes rows of named texts, and the verdicts about those
//! rows become a report. What a row means is for its section to say.

use crate::{
    error::{Error, Result},
    extract::Upload,
};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use wire::{
    FieldError, ProblemCode,
    catalog::plans::{ImportOutcome, ImportReport},
};

/// The most rows that one import may have.
pub const MAX_ROWS: usize = 10_000;

/// One row: its place in the table, and its values by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its place in the table, from 1, without the header.
    pub number: i32,
    values: HashMap<String, String>,
    /// Columns that it has, but nothing in them.
    empty: HashSet<String>,
}

impl Record {
    /// The value of the first of these columns that has one. Names are written as `activation_code`.
    pub fn get(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|name| self.values.get(*name))
            .map(String::as_str)
    }
    /// Whether it has this column, be it empty.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.empty.contains(name)
    }
}

/// Reads a table. Rows without any value are passed over.
pub fn table(upload: &Upload) -> Result<Vec<Record>> {
    let text = std::str::from_utf8(&upload.bytes).map_err(|_| {
        Error::because(
            ProblemCode::Malformed,
            "The file is not UTF-8. Save it as \"CSV UTF-8\".",
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.contains('\0') {
        return Err(Error::because(
            ProblemCode::Malformed,
            "The file contains NUL characters.",
        ));
    }
    let records = match upload.content_type.as_str() {
        "text/csv" => from_csv(text)?,
        "application/json" => from_json(text)?,
        _ => {
            return Err(Error::because(
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

fn from_csv(text: &str) -> Result<Vec<Record>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let columns: Vec<String> = reader
        .headers()
        .map_err(unreadable)?
        .iter()
        .map(column)
        .collect();
    if let Some(twice) = columns.iter().enumerate().find(|(at, name)| {
        !name.is_empty() && columns.iter().take(*at).any(|earlier| earlier == *name)
    }) {
        return Err(Error::field(
            "header",
            "repeated",
            format!("The column {:?} is there twice.", shown(twice.1)),
        ));
    }
    let mut records = Vec::new();
    for (place, row) in reader.records().enumerate() {
        let row = row.map_err(unreadable)?;
        keep(
            &mut records,
            place,
            columns.iter().cloned().zip(row.iter().map(str::to_owned)),
        )?;
    }
    Ok(records)
}

/// Spreadsheets of some countries write semicolons, databases like tabs: whatever the header has most of.
fn delimiter(text: &str) -> u8 {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let count = |mark: u8| header.bytes().filter(|byte| *byte == mark).count();
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|mark| count(*mark))
        .unwrap_or(b',')
}

/// The cause may quote the file, so only the place is passed on.
fn unreadable(error: csv::Error) -> Error {
    let line = error
        .position()
        .map_or_else(String::new, |at| format!(" at line {}", at.line()));
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => Error::field(
            "rows",
            "columns",
            format!("The row{line} has {len} cells, the header has {expected_len}."),
        ),
        _ => Error::because(
            ProblemCode::Malformed,
            format!("The file is not valid CSV{line}."),
        ),
    }
}

fn from_json(text: &str) -> Result<Vec<Record>> {
    let rows = serde_json::from_str::<Rows>(text).map_err(|_| {
        Error::because(
            ProblemCode::Malformed,
            "The body is not a JSON array of objects, nor an object that has one as `data`.",
        )
    })?;
    let (Rows::Bare(rows) | Rows::Wrapped { data: rows }) = rows;
    let mut records = Vec::new();
    for (place, row) in rows.into_iter().enumerate() {
        let mut values = Vec::with_capacity(row.len());
        for (name, value) in row {
            let text = plain(&value).ok_or_else(|| {
                Error::field(
                    format!("rows.{}.{}", place.saturating_add(1), shown(&name)),
                    "type",
                    "Give a text, a number, true or false, or a list of these.",
                )
            })?;
            values.push((column(&name), text));
        }
        keep(&mut records, place, values.into_iter())?;
    }
    Ok(records)
}

/// Rows as programs send them: alone, or wrapped as lists of an API are.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Rows {
    Bare(Vec<Map<String, Value>>),
    Wrapped { data: Vec<Map<String, Value>> },
}

/// A JSON value as a cell has it; an object is none.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(on) => Some(on.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Array(parts) if parts.iter().any(Value::is_array) => None,
        Value::Array(parts) => parts
            .iter()
            .map(plain)
            .collect::<Option<Vec<_>>>()
            .map(|parts| parts.join("|")),
        Value::Object(_) => None,
    }
}

fn keep(
    records: &mut Vec<Record>,
    place: usize,
    values: impl Iterator<Item = (String, String)>,
) -> Result<()> {
    if place >= MAX_ROWS {
        return Err(Error::because(
            ProblemCode::TooLarge,
            format!("A table may have {MAX_ROWS} rows at most. Split it."),
        ));
    }
    let (values, empty): (HashMap<_, _>, HashMap<_, _>) = values
        .filter(|(name, _)| !name.is_empty())
        .partition(|(_, value): &(String, String)| !value.is_empty());
    let number = i32::try_from(place.saturating_add(1)).map_err(Error::internal)?;
    if !values.is_empty() {
        records.push(Record {
            number,
            values,
            empty: empty.into_keys().collect(),
        });
    }
    Ok(())
}

/// A column's name however it was typed: `Activation Code` is `activation_code`.
fn column(name: &str) -> String {
    name.trim()
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("_")
}

fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}

/// What was found about one row.
pub struct Verdict<'a> {
    /// Its place in the table.
    pub number: i32,
    /// What became of it, or would.
    pub outcome: ImportOutcome,
    /// What is wrong with it.
    pub errors: &'a [FieldError],
}

/// Makes the report. A real run with a refused row is refused as a whole, each fault named as `rows.3.iccid`:
/// call this before anything is written.
pub fn settle<R>(
    dry_run: bool,
    rows: Vec<R>,
    verdict: impl Fn(&R) -> Verdict<'_>,
) -> Result<ImportReport<R>> {
    let count = |wanted| {
        i32::try_from(
            rows.iter()
                .filter(|row| verdict(row).outcome == wanted)
                .count(),
        )
        .unwrap_or(i32::MAX)
    };
    let refused = count(ImportOutcome::Refused);
    if refused > 0 && !dry_run {
        let faults = rows.iter().map(&verdict).flat_map(|row| {
            row.errors.iter().map(move |fault| FieldError {
                field: format!("rows.{}.{}", row.number, fault.field),
                ..fault.clone()
            })
        });
        return Err(Error::fields(faults.collect()));
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
mod tests {
    use super::*;
    use actix_web::web::Bytes;

    fn read(content_type: &str, text: &str) -> Result<Vec<Record>> {
        table(&Upload {
            content_type: content_type.into(),
            bytes: Bytes::copy_from_slice(text.as_bytes()),
        })
    }

    #[test]
    fn a_spreadsheet_and_a_program_say_the_same() -> Result<()> {
        let csv = read(
            "text/csv",
            "\u{feff}ICCID, Activation Code ;-)\r\n8944,\"LPA:1$a,b\"\r\n,\r\n8945,\r\n",
        )?;
        let json = read(
            "application/json",
            r#"[{"iccid": 8944, "activation_code": "LPA:1$a,b"}, {}, {"iccid": "8945", "activation_code": null}]"#,
        )?;
        assert_eq!(csv, json);
        assert_eq!(csv.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(
            csv.first()
                .and_then(|row| row.get(&["lpa", "activation_code"])),
            Some("LPA:1$a,b")
        );
        assert_eq!(
            read("text/csv", "a;b\n1,5;x")?,
            read("application/json", r#"[{"a": "1,5", "b": "x"}]"#)?
        );
        assert_eq!(
            read("application/json", r#"[{"a": 1}]"#)?,
            read("application/json", r#"{"data": [{"a": "1"}], "meta": {}}"#)?
        );
        assert_eq!(
            read(
                "application/json",
                r#"[{"a": ["DE", "FR"], "b": true, "c": 4.5}]"#
            )?
            .first()
            .map(|row| (row.get(&["a"]), row.get(&["b"]), row.get(&["c"]))),
            Some((Some("DE|FR"), Some("true"), Some("4.5")))
        );
        Ok(())
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let code = |kind, text| read(kind, text).err().and_then(|error| error.code());
        assert_eq!(
            code("text/plain", "a\n1"),
            Some(ProblemCode::UnsupportedMediaType)
        );
        assert_eq!(
            code("application/json", r#"{"a": 1}"#),
            Some(ProblemCode::Malformed)
        );
        assert_eq!(
            code("application/json", r#"[{"a": {"b": 1}}]"#),
            Some(ProblemCode::Invalid)
        );
        assert_eq!(code("text/csv", "a,b\n1"), Some(ProblemCode::Invalid));
        assert_eq!(code("text/csv", "a,A\n1,2"), Some(ProblemCode::Invalid));
        assert_eq!(code("text/csv", "a,b\n"), Some(ProblemCode::Invalid));
        assert_eq!(
            code("text/csv", &format!("a\n{}", "1\n".repeat(MAX_ROWS + 1))),
            Some(ProblemCode::TooLarge)
        );
    }

    #[test]
    fn a_real_run_is_all_or_nothing() {
        let fault = vec![FieldError {
            field: "iccid".into(),
            code: "required".into(),
            message: "Enter a value.".into(),
        }];
        let rows = vec![
            (1, ImportOutcome::Created, vec![]),
            (2, ImportOutcome::Refused, fault),
        ];
        let run = |dry_run| {
            settle(dry_run, rows.clone(), |row| Verdict {
                number: row.0,
                outcome: row.1,
                errors: &row.2,
            })
        };
        assert_eq!(
            run(true)
                .ok()
                .map(|report| (report.created, report.refused)),
            Some((1, 1))
        );
        let problem = run(false).err().map(|error| error.problem());
        assert_eq!(
            problem
                .and_then(|problem| problem.errors.first().map(|error| error.field.clone()))
                .as_deref(),
            Some("rows.2.iccid")
        );
    }
}
