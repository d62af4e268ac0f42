//! Rows without their type: what the table shows, and enough to act on them.

use super::column::{Column, Shown};
use crate::{api::Fault, ui::Value};
use std::{any::Any, sync::Arc};
use wire::Page;

/// A heading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    pub text: &'static str,
    pub sort: Option<&'static str>,
    pub number: bool,
    pub shown: Shown,
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
    /// The thing itself.
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
    /// How many there are, as people say it.
    pub fn total(&self) -> String {
        format!(
            "{}{}",
            crate::format::count(self.total),
            if self.exact { "" } else { "+" }
        )
    }
}

pub(crate) fn heads<T>(columns: &[Column<T>]) -> Vec<Head> {
    let head = |column: &Column<T>| Head {
        text: column.head,
        sort: column.sort,
        number: column.number,
        shown: column.shown,
    };
    columns.iter().map(head).collect()
}

/// What became of asking for rows.
pub(crate) type Outcome = Result<Rows, Fault>;
