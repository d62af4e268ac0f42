//! CSV files as spreadsheets write them.

use super::{Record, column, push_record, truncated};
use crate::{
    error::{Error, Result},
    formula,
    text::tidy,
};
use std::borrow::Cow;
use wire::{ProblemCode, text::trimmed};

/// Decodes UTF-8, or UTF-16 with the byte order mark of Excel's "Unicode text". Other encodings cannot be detected
/// reliably, and a wrong guess would change names.
pub(super) fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>> {
    let units = |two: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let text = String::from_utf16(&pairs.iter().copied().map(two).collect::<Vec<_>>());
        text.ok()
            .filter(|_| rest.is_empty())
            .map(Cow::Owned)
            .ok_or_else(|| {
                Error::with_detail(ProblemCode::Malformed, "The file is not valid UTF-16.")
            })
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => units(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => units(u16::from_be_bytes, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        bytes => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>> {
    std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        Error::with_detail(
            ProblemCode::Malformed,
            format!(
                "Line {line} has a character that is not UTF-8, so accented characters would be lost. Save the file as \"CSV UTF-8\" and send it again."
            ),
        )
    })
}

pub(super) fn from_csv(text: &str) -> Result<Vec<Record>> {
    let (separator, text) = separator_line(text);
    let delimiter = separator.unwrap_or_else(|| delimiter(text));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut numbers = row_numbers(text, delimiter).into_iter();
    let mut columns: Option<Vec<String>> = None;
    let mut records = Vec::new();
    for row in reader.records() {
        let number = numbers.next().unwrap_or_default();
        let row = row.map_err(|_| unreadable(number))?;
        if row.iter().all(|cell| tidy(cell).is_empty()) {
            continue;
        }
        let Some(columns) = &columns else {
            columns = Some(header(&row)?);
            continue;
        };
        if row.len() != columns.len() {
            return Err(Error::field(
                "rows",
                "columns",
                format!(
                    "Row {number} has {} cells, the header has {}.",
                    row.len(),
                    columns.len()
                ),
            ));
        }
        let cells = row.iter().map(cell);
        push_record(&mut records, number, columns.iter().cloned().zip(cells))?;
    }
    Ok(records)
}

/// Reads the names of the columns, and rejects repeated ones.
fn header(row: &csv::StringRecord) -> Result<Vec<String>> {
    let columns: Vec<String> = row.iter().map(|name| column(&cell(name))).collect();
    if let Some(repeated) = columns.iter().enumerate().find(|(at, name)| {
        !name.is_empty() && columns.iter().take(*at).any(|earlier| earlier == *name)
    }) {
        return Err(Error::field(
            "header",
            "repeated",
            format!("The column {:?} appears twice.", truncated(repeated.1)),
        ));
    }
    Ok(columns)
}

/// Returns the text of a cell without the apostrophe of an export and without `="..."`, with which people keep a
/// spreadsheet from changing a number.
fn cell(text: &str) -> String {
    let quoted = trimmed(text)
        .strip_prefix("=\"")
        .and_then(|text| text.strip_suffix('"'));
    match quoted {
        Some(inner) => tidy(&inner.replace("\"\"", "\"")).into_owned(),
        None => tidy(&formula::unescaped(text)).into_owned(),
    }
}

/// Splits off the line `sep=;` above the header, which sets the separator for Excel. Excel does not count it as a row.
fn separator_line(text: &str) -> (Option<u8>, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim_end_matches('\r').trim_matches('"');
    let separator = line
        .split_at_checked(4)
        .filter(|(key, _)| key.eq_ignore_ascii_case("sep="))
        .and_then(|(_, separator)| match separator.as_bytes() {
            [separator] => Some(*separator),
            _ => None,
        });
    match separator {
        Some(separator) => (Some(separator), rest),
        None => (None, text),
    }
}

/// Returns the spreadsheet row of every row that is not empty. Line breaks within quotes are part of their cell. The CSV
/// reader counts lines, and skips empty ones.
fn row_numbers(text: &str, delimiter: u8) -> Vec<i32> {
    #[derive(PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        Quote,
    }
    let (mut at, mut is_empty, mut row) = (At::Start, true, 1_i32);
    let mut numbers = Vec::new();
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) => At::Quoted,
            (At::Quote, b'"') => At::Quoted,
            (_, b'\r' | b'\n') => {
                if byte == b'\r' && bytes.peek() == Some(&b'\n') {
                    bytes.next();
                }
                if !is_empty {
                    numbers.push(row);
                }
                (is_empty, row) = (true, row.saturating_add(1));
                At::Start
            }
            (_, byte) if byte == delimiter => {
                is_empty = false;
                At::Start
            }
            (At::Start, b'"') => {
                is_empty = false;
                At::Quoted
            }
            _ => {
                is_empty = false;
                At::Plain
            }
        };
    }
    if !is_empty {
        numbers.push(row);
    }
    numbers
}

/// Returns the separator that is most frequent in the header: spreadsheets of some locales write semicolons, databases
/// tabs.
fn delimiter(text: &str) -> u8 {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let count = |separator: u8| header.bytes().filter(|byte| *byte == separator).count();
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|separator| count(*separator))
        .unwrap_or(b',')
}

/// Returns the error of a row that is not valid CSV. The cause may quote the file, so the error has only the row.
fn unreadable(number: i32) -> Error {
    Error::with_detail(
        ProblemCode::Malformed,
        format!("The file is not valid CSV at row {number}."),
    )
}
