//! Rows without their type: the cells for the table, and the source for actions.

use super::column::{Column, Visibility};
use crate::{api::ApiError, ui::Value};
use std::{any::Any, sync::Arc};
use wire::Page;

/// A heading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Header {
    pub text: &'static str,
    pub sort: Option<&'static str>,
    pub number: bool,
    pub shown: Visibility,
}

/// A row.
#[derive(Clone)]
pub(crate) struct Row {
    pub id: String,
    pub label: String,
    pub href: Option<String>,
    pub cells: Vec<Value>,
    source: Arc<dyn Any + Send + Sync>,
}

impl Row {
    pub fn new<T: Send + Sync + 'static>(
        source: T,
        id: String,
        label: String,
        href: Option<String>,
        columns: &[Column<T>],
    ) -> Self {
        let cells = columns.iter().map(|column| column.cell(&source)).collect();
        Self {
            id,
            label,
            href,
            cells,
            source: Arc::new(source),
        }
    }
    /// Returns the record behind the row.
    pub fn source<T: Clone + 'static>(&self) -> Option<T> {
        self.source.downcast_ref::<T>().cloned()
    }
}

/// A page of rows.
#[derive(Clone)]
pub(crate) struct Rows {
    pub rows: Vec<Row>,
    pub next: Option<String>,
    pub prev: Option<String>,
    pub total: i64,
    pub exact: bool,
}

impl Rows {
    pub fn new<T>(page: Page<T>, row: impl Fn(T) -> Row) -> Self {
        let rows = page.data.into_iter().map(row).collect();
        Self {
            rows,
            next: page.next,
            prev: page.prev,
            total: page.total,
            exact: page.total_is_exact,
        }
    }
    /// Formats the total.
    pub fn total(&self) -> String {
        format!(
            "{}{}",
            crate::format::count(self.total),
            if self.exact { "" } else { "+" }
        )
    }
}

pub(crate) fn headers<T>(columns: &[Column<T>]) -> Vec<Header> {
    let header = |column: &Column<T>| Header {
        text: column.header,
        sort: column.sort,
        number: column.number,
        shown: column.shown,
    };
    columns.iter().map(header).collect()
}

/// The result of loading rows.
pub(crate) type Outcome = Result<Rows, ApiError>;
