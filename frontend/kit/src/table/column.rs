//! Columns: what of a row is shown, under which heading.

use crate::ui::{Tone, Value};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use wire::{Currency, Decimal, Resource, SortKey};

/// When a column is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Everywhere, on a phone too.
    Always,
    /// Where there is room.
    Wide,
    /// Once somebody asks for it.
    Asked,
}

type Read<T> = Arc<dyn Fn(&T) -> Value + Send + Sync>;
type Lead<T> = Arc<dyn Fn(&T) -> Option<String> + Send + Sync>;

/// A column of a list of `T`.
#[derive(Clone)]
pub struct Column<T> {
    pub(crate) head: &'static str,
    pub(crate) sort: Option<&'static str>,
    pub(crate) number: bool,
    pub(crate) shown: Shown,
    read: Read<T>,
    link: Option<Lead<T>>,
}

impl<T> Column<T> {
    fn new(
        head: &'static str,
        number: bool,
        read: impl Fn(&T) -> Value + Send + Sync + 'static,
    ) -> Self {
        Self {
            head,
            sort: None,
            number,
            shown: Shown::Always,
            read: Arc::new(read),
            link: None,
        }
    }
    /// Leads somewhere else than the row does.
    pub fn link(mut self, href: impl Fn(&T) -> Option<String> + Send + Sync + 'static) -> Self {
        self.link = Some(Arc::new(href));
        self
    }
    /// Set to the right, as figures are.
    pub fn figures(mut self) -> Self {
        self.number = true;
        self
    }
    /// Left out on a phone.
    pub fn wide(mut self) -> Self {
        self.shown = Shown::Wide;
        self
    }
    /// Left out until it is chosen from the menu of columns.
    pub fn extra(mut self) -> Self {
        self.shown = Shown::Asked;
        self
    }
    pub(crate) fn cell(&self, row: &T) -> Value {
        let link = self.link.as_ref().and_then(|link| link(row));
        (self.read)(row).link_or_keep(link)
    }
}

impl<R: Resource> Column<R> {
    /// The list can be ordered by it.
    pub fn sort(mut self, key: R::Sort) -> Self {
        self.sort = Some(key.as_str());
        self
    }
}

/// A column of anything that a [`Value`] can say.
pub fn value<T>(
    head: &'static str,
    read: impl Fn(&T) -> Value + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, false, read)
}
/// A column of text.
pub fn text<T, S: Into<String>>(
    head: &'static str,
    read: impl Fn(&T) -> S + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, false, move |row| Value::text(read(row)))
}
/// A column of text that may be missing.
pub fn maybe<T>(
    head: &'static str,
    read: impl Fn(&T) -> Option<String> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, false, move |row| Value::maybe(read(row)))
}
/// A column of something to be copied to the letter.
pub fn code<T>(
    head: &'static str,
    read: impl Fn(&T) -> String + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, false, move |row| Value::code(read(row)))
}
/// A column of states: a word of an enumeration and whether it is good.
pub fn state<T>(
    head: &'static str,
    read: impl Fn(&T) -> (&'static str, Tone) + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, false, move |row| {
        let (word, tone) = read(row);
        Value::state(word, tone)
    })
}
/// A column of numbers.
pub fn count<T, N: Into<i64>>(
    head: &'static str,
    read: impl Fn(&T) -> N + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, true, move |row| Value::count(read(row)))
}
/// A column of amounts.
pub fn money<T>(
    head: &'static str,
    read: impl Fn(&T) -> (Option<Decimal>, Currency) + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, true, move |row| {
        let (amount, currency) = read(row);
        Value::maybe_money(amount.as_ref(), currency)
    })
}
/// A column of days.
pub fn day<T>(
    head: &'static str,
    read: impl Fn(&T) -> Option<DateTime<Utc>> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, false, move |row| {
        read(row).map_or_else(Value::absent, Value::day)
    })
}
/// A column of exclusive ends, each shown as its last day, or as a moment within a day.
pub fn until<T>(
    head: &'static str,
    read: impl Fn(&T) -> Option<DateTime<Utc>> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, false, move |row| {
        read(row).map_or_else(Value::absent, Value::until)
    })
}
/// A column of days with their time.
pub fn moment<T>(
    head: &'static str,
    read: impl Fn(&T) -> Option<DateTime<Utc>> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, false, move |row| Value::maybe_time(read(row)))
}
/// A column of how long ago.
pub fn ago<T>(
    head: &'static str,
    read: impl Fn(&T) -> Option<DateTime<Utc>> + Send + Sync + 'static,
) -> Column<T> {
    Column::new(head, false, move |row| {
        read(row).map_or_else(Value::absent, Value::ago)
    })
}
