//! Taking in a file: options, a dry run that shows what would happen to every row, then the import itself.

use super::import_view;
use crate::{
    form::{Field, state::Form},
    table::{
        Column,
        row::{Head, Row, heads},
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

/// What became of a row, or would.
#[derive(Debug, Clone)]
pub struct Imported {
    /// Its place in the file.
    pub row: i32,
    /// The outcome.
    pub outcome: ImportOutcome,
    /// What is unusual about it.
    pub warnings: Vec<FieldError>,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// A row of the preview, without its type.
#[derive(Clone)]
pub(super) struct Line {
    pub told: Imported,
    pub row: Row,
}

/// A report, without the type of its rows.
#[derive(Clone)]
pub(super) struct Report {
    pub counts: [(ImportOutcome, i32); 4],
    pub lines: Vec<Line>,
}

pub(super) type Read = Arc<dyn Fn(&str) -> Option<Report> + Send + Sync>;

/// What an import page is, without the type of its rows.
pub(super) struct Sheet {
    pub title: &'static str,
    pub says: &'static str,
    pub path: &'static str,
    pub words: (&'static str, &'static str),
    pub fields: Vec<Field>,
    pub begin: serde_json::Value,
    pub heads: Vec<Head>,
    pub sample: Option<(&'static str, &'static str)>,
    pub done: &'static str,
    pub read: Read,
}

/// An import in the making.
pub struct ImportPage<T> {
    sheet: Sheet,
    columns: Vec<Column<T>>,
    told: Arc<dyn Fn(&T) -> Imported + Send + Sync>,
}

/// Begins an import: its title, where the file goes, what its rows become, and where to go afterwards.
pub fn import_page<T>(
    title: &'static str,
    path: &'static str,
    words: (&'static str, &'static str),
    done: &'static str,
    told: impl Fn(&T) -> Imported + Send + Sync + 'static,
) -> ImportPage<T>
where
    T: DeserializeOwned + Clone + Send + Sync + 'static,
{
    let read: Read = Arc::new(|_| None);
    let sheet = Sheet {
        title,
        says: "",
        path,
        words,
        fields: Vec::new(),
        begin: serde_json::Value::Null,
        heads: Vec::new(),
        sample: None,
        done,
        read,
    };
    ImportPage {
        sheet,
        columns: Vec::new(),
        told: Arc::new(told),
    }
}

impl<T: DeserializeOwned + Clone + Send + Sync + 'static> ImportPage<T> {
    /// What the file must look like.
    pub fn says(mut self, says: &'static str) -> Self {
        self.sheet.says = says;
        self
    }
    /// An option; its key is the query parameter.
    pub fn option(mut self, field: Field) -> Self {
        self.sheet.fields.push(field);
        self
    }
    /// What the options begin with.
    pub fn begin(mut self, with: serde_json::Value) -> Self {
        self.sheet.begin = with;
        self
    }
    /// A column of the preview.
    pub fn column(mut self, column: Column<T>) -> Self {
        self.columns.push(column);
        self
    }
    /// A file to start from: its name and its text.
    pub fn sample(mut self, name: &'static str, text: &'static str) -> Self {
        self.sheet.sample = Some((name, text));
        self
    }
    /// Draws it.
    pub fn show(mut self) -> AnyView {
        let (columns, told) = (self.columns, self.told);
        self.sheet.heads = heads(&columns);
        self.sheet.read = Arc::new(move |text| {
            let report: ImportReport<T> = serde_json::from_str(text).ok()?;
            let line = |thing: T| {
                let told = told(&thing);
                Line {
                    row: Row::new(thing, told.row.to_string(), String::new(), None, &columns),
                    told,
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
        let form = Form::new(
            self.sheet.fields.clone(),
            true,
            Arc::new(|_| Ok(Vec::new())),
        );
        form.begin(&self.sheet.begin);
        import_view::view(self.sheet, form)
    }
}

pub(super) const fn tone(outcome: ImportOutcome) -> Tone {
    match outcome {
        ImportOutcome::Created => Tone::Good,
        ImportOutcome::Updated => Tone::News,
        ImportOutcome::Unchanged => Tone::Neutral,
        ImportOutcome::Refused => Tone::Bad,
    }
}
