//! Importing a file: options, a dry run that shows the result of every row, then the import.

use super::import_view;
use crate::{
    form::{Field, state::Form},
    table::{
        Column,
        row::{Header, Row, headers},
    },
    ui::Tone,
};
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use wire::{
    FieldError,
    catalog::plans::{ImportOutcome, ImportReport},
};

/// The result of a row, in a dry run or an import.
#[derive(Debug, Clone)]
pub struct ImportedRow {
    /// The number of the row in the file.
    pub row: i32,
    /// The outcome.
    pub outcome: ImportOutcome,
    /// The warnings.
    pub warnings: Vec<FieldError>,
    /// The errors.
    pub errors: Vec<FieldError>,
}

/// A row of the preview, without its type.
#[derive(Clone)]
pub(super) struct Line {
    pub imported: ImportedRow,
    pub row: Row,
}

/// A report, without the type of its rows.
#[derive(Clone)]
pub(super) struct Report {
    pub counts: [(ImportOutcome, i32); 4],
    pub lines: Vec<Line>,
}

pub(super) type Read = Arc<dyn Fn(&str) -> Option<Report> + Send + Sync>;

/// The description of an import page, without the type of its rows.
pub(super) struct ImportSpec {
    pub title: &'static str,
    pub text: &'static str,
    pub path: &'static str,
    pub one: &'static str,
    pub many: &'static str,
    pub fields: Vec<Field>,
    pub begin: serde_json::Value,
    pub headers: Vec<Header>,
    pub sample: Option<(&'static str, &'static str)>,
    pub done: &'static str,
    pub read: Read,
}

/// The description of an import.
pub struct ImportPage<T> {
    spec: ImportSpec,
    columns: Vec<Column<T>>,
    outcome_of: Arc<dyn Fn(&T) -> ImportedRow + Send + Sync>,
}

/// Starts the description of an import: its title, the path of the request, the noun of its rows in
/// the singular and the plural, and the address
/// after the import.
pub fn import_page<T>(
    title: &'static str,
    path: &'static str,
    one: &'static str,
    many: &'static str,
    done: &'static str,
    outcome_of: impl Fn(&T) -> ImportedRow + Send + Sync + 'static,
) -> ImportPage<T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let read: Read = Arc::new(|_| None);
    let spec = ImportSpec {
        title,
        text: "",
        path,
        one,
        many,
        fields: Vec::new(),
        begin: serde_json::Value::Null,
        headers: Vec::new(),
        sample: None,
        done,
        read,
    };
    ImportPage {
        spec,
        columns: Vec::new(),
        outcome_of: Arc::new(outcome_of),
    }
}

impl<T: DeserializeOwned + Clone + Send + Sync + 'static> ImportPage<T> {
    /// Describes the file format.
    pub fn text(mut self, text: &'static str) -> Self {
        self.spec.text = text;
        self
    }
    /// Adds an option; its key is the query parameter.
    pub fn option(mut self, field: Field) -> Self {
        self.spec.fields.push(field);
        self
    }
    /// Sets the initial values of the options.
    pub fn begin(mut self, with: serde_json::Value) -> Self {
        self.spec.begin = with;
        self
    }
    /// Adds a column of the preview.
    pub fn column(mut self, column: Column<T>) -> Self {
        self.columns.push(column);
        self
    }
    /// Adds a sample file: its name and its text.
    pub fn sample(mut self, name: &'static str, text: &'static str) -> Self {
        self.spec.sample = Some((name, text));
        self
    }
    /// Draws the page.
    pub fn show(mut self) -> AnyView {
        let (columns, outcome_of) = (self.columns, self.outcome_of);
        self.spec.headers = headers(&columns);
        self.spec.read = Arc::new(move |text| {
            let report: ImportReport<T> = serde_json::from_str(text).ok()?;
            let line = |record: T| {
                let imported = outcome_of(&record);
                Line {
                    row: Row::new(
                        record,
                        imported.row.to_string(),
                        String::new(),
                        None,
                        &columns,
                    ),
                    imported,
                }
            };
            let counts = [
                (ImportOutcome::Created, report.created),
                (ImportOutcome::Updated, report.updated),
                (ImportOutcome::Unchanged, report.unchanged),
                (ImportOutcome::Refused, report.refused),
            ];
            Some(Report {
                counts,
                lines: report.rows.into_iter().map(line).collect(),
            })
        });
        let form = Form::new(self.spec.fields.clone(), true, Arc::new(|_| Ok(Vec::new())));
        form.begin(&self.spec.begin);
        import_view::view(self.spec, form)
    }
}

/// Returns the label of an outcome.
pub(super) const fn label(outcome: ImportOutcome) -> &'static str {
    match outcome {
        ImportOutcome::Created => "New",
        ImportOutcome::Updated => "Updated",
        ImportOutcome::Unchanged => "Unchanged",
        ImportOutcome::Refused => "Invalid",
    }
}

pub(super) const fn tone(outcome: ImportOutcome) -> Tone {
    match outcome {
        ImportOutcome::Created => Tone::Good,
        ImportOutcome::Updated => Tone::Info,
        ImportOutcome::Unchanged => Tone::Neutral,
        ImportOutcome::Refused => Tone::Bad,
    }
}
