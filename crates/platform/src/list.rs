//! The SQL of every list: `page!` seeks past the cursor, orders, loads, and counts up to the cap.

use crate::{
    error::{Error, Result},
    text::fold,
};
use chrono::{DateTime, NaiveDate, SecondsFormat, SubsecRound, TimeDelta, Utc};
use diesel::{
    Expression,
    sql_types::{self, SqlType},
};
use uuid::Uuid;
use wire::{
    Cursor, Decimal, Page, Paging, Param, SortKey,
    list::{MAX_LIMIT, TOTAL_CAP, Total},
};

/// How long later pages repeat the count of the first one. Counting costs more than reading a page.
const COUNT_VALID_FOR: TimeDelta = TimeDelta::minutes(1);

/// A value of the column that a list is ordered by, which a cursor contains.
pub trait CursorValue: Sized {
    /// Writes the value for a cursor; `None` for null.
    fn write(&self) -> Option<String>;
    /// Reads the value of a cursor.
    fn read(text: Option<&str>) -> Option<Self>;
}

macro_rules! cursor_values {
    ($($kind:ty),+) => {$(impl CursorValue for $kind {
        fn write(&self) -> Option<String> { Some(self.show()) }
        fn read(text: Option<&str>) -> Option<Self> { text.and_then(|text| Self::parse(text).ok()) }
    })+};
}
cursor_values!(String, i32, i64, bool, Decimal, NaiveDate);

impl CursorValue for DateTime<Utc> {
    fn write(&self) -> Option<String> {
        Some(self.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
    fn read(text: Option<&str>) -> Option<Self> {
        text.and_then(|text| DateTime::parse(text).ok())
    }
}
impl<T: CursorValue> CursorValue for Option<T> {
    fn write(&self) -> Option<String> {
        self.as_ref().and_then(CursorValue::write)
    }
    fn read(text: Option<&str>) -> Option<Self> {
        match text {
            None => Some(None),
            some => T::read(some).map(Some),
        }
    }
}

/// The Rust type of a SQL type that lists are ordered by, so that a cursor is read as the type of its column.
pub trait SortType {
    /// The Rust type.
    type Value: CursorValue;
}

macro_rules! sort_types {
    ($($sql:ident => $kind:ty),+ $(,)?) => {$(impl SortType for sql_types::$sql { type Value = $kind; })+};
}
sort_types!(Text => String, Integer => i32, BigInt => i64, Bool => bool, Numeric => Decimal, Date => NaiveDate, Timestamptz => DateTime<Utc>);

impl<T: SortType + SqlType<IsNull = sql_types::is_nullable::NotNull>> SortType
    for sql_types::Nullable<T>
{
    type Value = Option<T::Value>;
}

/// The type of a column's value in a cursor.
pub type ValueOf<C> = <<C as Expression>::SqlType as SortType>::Value;

/// The row before the page, from a cursor.
pub struct Seek<T> {
    /// The sort value of the row.
    pub value: T,
    /// The id of the row.
    pub id: Uuid,
}

/// Returns the row to seek past in the order of this column, if any, and whether the page precedes that row.
pub fn seek<S: SortKey, C: Expression<SqlType: SortType>>(
    paging: &Paging<S>,
    _: &C,
) -> Result<(Option<Seek<ValueOf<C>>>, bool)> {
    let (cursor, field, backwards) = match (&paging.after, &paging.before) {
        (Some(after), _) => (after, "after", false),
        (None, Some(before)) => (before, "before", true),
        (None, None) => return Ok((None, false)),
    };
    let value = ValueOf::<C>::read(cursor.value.as_deref()).ok_or_else(|| {
        Error::field(
            field,
            "type",
            format!("`{field}` is not a cursor of this list."),
        )
    })?;
    Ok((
        Some(Seek {
            value,
            id: cursor.id,
        }),
        backwards,
    ))
}

/// Returns the loaded rows; ties the type of their last value to the column.
pub fn ordered_by<R, C: Expression<SqlType: SortType>>(
    _: &C,
    rows: Vec<(R, Uuid, ValueOf<C>)>,
) -> Vec<(R, Uuid, ValueOf<C>)> {
    rows
}

/// Builds the page of the loaded rows. One row beyond the limit means that there is a next page.
pub fn finish<S: SortKey, R, T: CursorValue>(
    paging: &Paging<S>,
    backwards: bool,
    mut rows: Vec<(R, Uuid, T)>,
    count: impl FnOnce() -> Result<i64>,
) -> Result<Page<R>> {
    let limit = usize::try_from(paging.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    if backwards {
        rows.reverse();
    }
    let cursor_in = paging.after.as_ref().or(paging.before.as_ref());
    let now = Utc::now().trunc_subsecs(0);
    let earlier = cursor_in
        .and_then(|cursor| cursor.total)
        .filter(|total| now - total.at <= COUNT_VALID_FOR);
    let total = match earlier {
        _ if paging.limit > MAX_LIMIT => 0,
        Some(total) => total.rows,
        None if cursor_in.is_some() || more => count()?,
        None => i64::try_from(rows.len()).unwrap_or(TOTAL_CAP),
    };
    let counted_at = earlier.map(|total| total.at);
    let sort = paging.sort.show();
    let cursor = |row: Option<&(R, Uuid, T)>| {
        row.map(|(_, id, value)| {
            Cursor {
                sort: sort.clone(),
                value: value.write(),
                id: *id,
                total: Some(Total {
                    rows: total,
                    at: counted_at.unwrap_or(now),
                }),
                signature: None,
            }
            .show()
        })
    };
    let (next, prev) = if backwards {
        (
            cursor(rows.last()),
            more.then(|| cursor(rows.first())).flatten(),
        )
    } else {
        (
            more.then(|| cursor(rows.last())).flatten(),
            cursor_in.and_then(|_| cursor(rows.first())),
        )
    };
    Ok(Page {
        data: rows.into_iter().map(|(row, ..)| row).collect(),
        next,
        prev,
        total: total.min(TOTAL_CAP),
        total_is_exact: total <= TOTAL_CAP,
        total_counted_at: counted_at,
    })
}

diesel::define_sql_function! {
    /// Folds a name for searches, like [`crate::text::fold`] folds the search text.
    fn search_fold(name: sql_types::Text) -> sql_types::Text;
}

/// Returns a pattern that matches folded names that contain this text; an empty text matches nothing.
pub fn named(text: &str) -> String {
    let folded = fold(text);
    match folded.trim() {
        "" => String::new(),
        folded => contains(folded),
    }
}
/// Returns a pattern that matches numbers with this prefix; an empty prefix matches nothing.
pub fn number_pattern(number: &str) -> String {
    if number.is_empty() {
        String::new()
    } else {
        begins(number)
    }
}

/// Returns a pattern that matches texts that contain this one.
pub fn contains(text: &str) -> String {
    format!("%{}%", escaped(text))
}
/// Returns a pattern that matches texts with this prefix.
pub fn begins(text: &str) -> String {
    format!("{}%", escaped(text))
}
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// Narrows a boxed query to the values of a filter, if the filter has any.
///
/// A single value is compared with `=`: PostgreSQL cannot estimate `= ANY` of an array before it knows the array, and a
/// prepared statement is planned before that.
#[macro_export]
macro_rules! any_of {
    ($rows:ident, $column:expr, $filter:expr) => {
        match $filter.as_ref().map(|any| any.0.as_slice()) {
            None => $rows,
            Some([one]) => $rows.filter($column.eq(*one)),
            Some(several) => $rows.filter($column.eq_any(several.to_vec())),
        }
    };
}

/// Loads one page of a boxed query.
///
/// `page!(conn, paging, matching(filter) => Row, tie plans::id, { PlanSort::Name => plans::name, .. })`.
/// The macro expands the query twice, once for the rows and once for the count, so it must be an expression without side
/// effects. Nullable columns are marked `nullable`; their nulls come last. A limit above `MAX_LIMIT`, as exports use it,
/// skips the count.
#[macro_export]
macro_rules! page {
    ($conn:expr, $paging:expr, $query:expr => $row:ty, tie $tie:expr, { $($arms:tt)+ }) => {
        $crate::page!(@arms $conn, $paging, $query, $row, $tie, [] $($arms)+)
    };
    (@arms $conn:expr, $paging:expr, $query:expr, $row:ty, $tie:expr, [$($done:tt)*] $key:path => nullable $column:expr $(, $($rest:tt)*)?) => {
        $crate::page!(@arms $conn, $paging, $query, $row, $tie, [$($done)* $key => $crate::page!(@nullable $conn, $paging, $query, $row, $tie, $column),] $($($rest)*)?)
    };
    (@arms $conn:expr, $paging:expr, $query:expr, $row:ty, $tie:expr, [$($done:tt)*] $key:path => $column:expr $(, $($rest:tt)*)?) => {
        $crate::page!(@arms $conn, $paging, $query, $row, $tie, [$($done)* $key => $crate::page!(@plain $conn, $paging, $query, $row, $tie, $column),] $($($rest)*)?)
    };
    (@arms $conn:expr, $paging:expr, $query:expr, $row:ty, $tie:expr, [$($done:tt)*]) => { match $paging.sort.key { $($done)* } };

    (@plain $conn:expr, $paging:expr, $query:expr, $row:ty, $tie:expr, $column:expr) => {{
        use $crate::diesel::{prelude::*, BoolExpressionMethods};
        let (from, backwards) = $crate::list::seek($paging, &$column)?;
        let down = $paging.sort.descending != backwards;
        let mut rows = $query;
        if let Some($crate::list::Seek { value, id }) = from {
            // The first condition seeks to the value in the index; the second skips rows with the same value.
            rows = if down { rows.filter($column.le(value.clone()).and($column.lt(value).or($tie.lt(id)))) } else { rows.filter($column.ge(value.clone()).and($column.gt(value).or($tie.gt(id)))) };
        }
        rows = if down { rows.order_by(($column.desc(), $tie.desc())) } else { rows.order_by(($column.asc(), $tie.asc())) };
        $crate::page!(@load $conn, $paging, $query, $row, $tie, $column, rows, backwards)
    }};
    (@nullable $conn:expr, $paging:expr, $query:expr, $row:ty, $tie:expr, $column:expr) => {{
        use $crate::diesel::{prelude::*, BoolExpressionMethods};
        let (from, backwards) = $crate::list::seek($paging, &$column)?;
        let down = $paging.sort.descending != backwards;
        let mut rows = $query;
        if let Some($crate::list::Seek { value, id }) = from {
            rows = match (value, down, backwards) {
                (Some(value), true, false) => rows.filter($column.lt(value.clone()).assume_not_null().or($column.eq(value).assume_not_null().and($tie.lt(id))).or($column.is_null())),
                (Some(value), false, false) => rows.filter($column.gt(value.clone()).assume_not_null().or($column.eq(value).assume_not_null().and($tie.gt(id))).or($column.is_null())),
                (Some(value), true, true) => rows.filter($column.lt(value.clone()).assume_not_null().or($column.eq(value).assume_not_null().and($tie.lt(id)))),
                (Some(value), false, true) => rows.filter($column.gt(value.clone()).assume_not_null().or($column.eq(value).assume_not_null().and($tie.gt(id)))),
                (None, true, false) => rows.filter($column.is_null().and($tie.lt(id))),
                (None, false, false) => rows.filter($column.is_null().and($tie.gt(id))),
                (None, true, true) => rows.filter($column.is_not_null().or($tie.lt(id))),
                (None, false, true) => rows.filter($column.is_not_null().or($tie.gt(id))),
            };
        }
        rows = match (down, backwards) {
            (true, false) => rows.order_by(($column.desc().nulls_last(), $tie.desc())),
            (false, false) => rows.order_by(($column.asc().nulls_last(), $tie.asc())),
            (true, true) => rows.order_by(($column.desc().nulls_first(), $tie.desc())),
            (false, true) => rows.order_by(($column.asc().nulls_first(), $tie.asc())),
        };
        $crate::page!(@load $conn, $paging, $query, $row, $tie, $column, rows, backwards)
    }};
    (@load $conn:expr, $paging:expr, $query:expr, $row:ty, $tie:expr, $column:expr, $rows:ident, $backwards:ident) => {{
        use $crate::diesel::prelude::*;
        let loaded = $crate::list::ordered_by(&$column, $rows.limit(i64::from($paging.limit) + 1).select((<$row>::as_select(), $tie, $column)).load($conn)?);
        $crate::list::finish($paging, $backwards, loaded, || Ok($crate::count::Counted($query.select($tie).limit(wire::list::TOTAL_CAP + 1)).get_result::<i64>($conn)?))
    }};
}
