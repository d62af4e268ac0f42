//! Columns: the value of a row and the heading.

use crate::ui::{Tone, Value};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use wire::{Currency, Decimal, Resource, SortKey};

/// When a column is visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// On every screen.
    Always,
    /// On wide screens.
    Wide,
    /// Only if the user selects it.
    OnRequest,
}

type Read<T> = Arc<dyn Fn(&T) -> Value + Send + Sync>;
type Lead<T> = Arc<dyn Fn(&T) -> Option<String> + Send + Sync>;

/// A column of a list of `T`.
#[derive(Clone)]
pub struct Column<T> {
    pub(crate) header: &'static str,
    pub(crate) sort: Option<&'static str>,
    pub(crate) number: bool,
    pub(crate) shown: Visibility,
    read: Read<T>,
    link: Option<Lead<T>>,
}

impl<T> Column<T> {
    fn new(
        header: &'static str,
        number: bool,
        read: impl Fn(&T) -> Value + Send + Sync + 'static,
    ) -> Self {
        Self {
            header,
            sort: None,
            number,
            shown: Visibility::Always,
            read: Arc::new(read),
            link: None,
        }
    }
    /// Sets a link other than that of the row.
    pub fn link(mut self, href: impl Fn(&T) -> Option<String> + Send + Sync + 'static) -> Self {
        self.link = Some(Arc::new(href));
        self
    }
    /// Aligns the column to the right, as for figures.
    pub fn figures(mut self) -> Self {
        self.number = true;
        self
    }
    /// Hides the column on a phone.
    pub fn wide(mut self) -> Self {
        self.shown = Visibility::Wide;
        self
    }
    /// Hides the column until the user selects it in the column menu.
    pub fn extra(mut self) -> Self {
        self.shown = Visibility::OnRequest;
        self
    }
    pub(crate) fn cell(&self, row: &T) -> Value {
        let link = self.link.as_ref().and_then(|link| link(row));
        (self.read)(row).link_or_keep(link)
    }
}

impl<R: Resource> Column<R> {
    /// Makes the list sortable by the column.
    pub fn sort(mut self, key: R::Sort) -> Self {
        self.sort = Some(key.as_str());
        self
    }
}

/// Makes a column of any [`Value`].
pub fn value<T>(
    header: &'static str,
    read: impl Fn(&T) -> Value + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, false, read)
}
/// Makes a column of text.
pub fn text<T, S: Into<String>>(
    header: &'static str,
    read: impl Fn(&T) -> S + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, false, move |row| Value::text(read(row)))
}
/// Makes a column of optional text.
pub fn maybe<T>(
    header: &'static str,
    read: impl Fn(&T) -> Option<String> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, false, move |row| Value::maybe(read(row)))
}
/// Makes a column of texts that users copy exactly.
pub fn code<T>(
    header: &'static str,
    read: impl Fn(&T) -> String + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, false, move |row| Value::code(read(row)))
}
/// Makes a column of badges: a value of an enumeration and its tone.
pub fn state<T>(
    header: &'static str,
    read: impl Fn(&T) -> (&'static str, Tone) + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, false, move |row| {
        let (word, tone) = read(row);
        Value::state(word, tone)
    })
}
/// Makes a column of numbers.
pub fn count<T, N: Into<i64>>(
    header: &'static str,
    read: impl Fn(&T) -> N + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, true, move |row| Value::count(read(row)))
}
/// Makes a column of amounts.
pub fn money<T>(
    header: &'static str,
    read: impl Fn(&T) -> (Option<Decimal>, Currency) + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, true, move |row| {
        let (amount, currency) = read(row);
        Value::maybe_money(amount.as_ref(), currency)
    })
}
/// Makes a column of days.
pub fn day<T>(
    header: &'static str,
    read: impl Fn(&T) -> Option<DateTime<Utc>> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, false, move |row| {
        read(row).map_or_else(Value::absent, Value::day)
    })
}
/// Makes a column of exclusive ends, each shown as its last day, or as a moment within a day.
pub fn until<T>(
    header: &'static str,
    read: impl Fn(&T) -> Option<DateTime<Utc>> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, false, move |row| {
        read(row).map_or_else(Value::absent, Value::until)
    })
}
/// Makes a column of days with their time.
pub fn moment<T>(
    header: &'static str,
    read: impl Fn(&T) -> Option<DateTime<Utc>> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, false, move |row| Value::maybe_time(read(row)))
}
/// Makes a column of distances from now.
pub fn ago<T>(
    header: &'static str,
    read: impl Fn(&T) -> Option<DateTime<Utc>> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(header, false, move |row| {
        read(row).map_or_else(Value::absent, Value::ago)
    })
}
