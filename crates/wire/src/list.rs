//! Query parameters and pages of lists. The server's extractor and the panel's URLs use the same code.

use crate::Param;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Maximum number of rows per page.
pub const MAX_LIMIT: u32 = 100;
/// Number of rows per page when the caller sets no `limit`.
pub const DEFAULT_LIMIT: u32 = 50;
/// Rows are counted up to this number; above it the total is "10000 or more".
pub const TOTAL_CAP: i64 = 10_000;
/// The query parameters that every list accepts beside its filter.
pub const PAGING_KEYS: &[&str] = &["limit", "sort", "after", "before"];

/// Returns a field's name as callers write it: `r#type` is `type`.
pub(crate) const fn bare(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// The filter parameters of a list. `filter!` implements it.
pub trait Filter: Clone + Default + PartialEq + Send + Sync + 'static {
    /// The accepted query parameters.
    const KEYS: &'static [&'static str];
    /// Sets one parameter. Returns `false` when the key is unknown.
    fn set(&mut self, key: &str, value: &str) -> Result<bool, &'static str>;
    /// Returns the parameters that produce this filter.
    fn pairs(&self) -> Vec<(&'static str, String)>;
}

/// The sort keys of a list. `sort_keys!` implements it.
pub trait SortKey: Copy + PartialEq + Send + Sync + std::fmt::Debug + 'static {
    /// All keys.
    const ALL: &'static [Self];
    /// The sort order when the caller sets none.
    const DEFAULT: Sorted<Self>;
    /// Returns the key as it is written in the query.
    fn as_str(self) -> &'static str;
}

/// A sort key and its direction: `name`, or `-created_at` for the newest first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sorted<K> {
    /// The column to sort by.
    pub key: K,
    /// Whether the greatest value comes first.
    pub descending: bool,
}

impl<K: SortKey> Param for Sorted<K> {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (word, descending) = text
            .strip_prefix('-')
            .map_or((text, false), |word| (word, true));
        let key = K::ALL
            .iter()
            .copied()
            .find(|key| key.as_str() == word)
            .ok_or("is not a column that this list can be sorted by")?;
        Ok(Self { key, descending })
    }
    fn show(&self) -> String {
        format!(
            "{}{}",
            if self.descending { "-" } else { "" },
            self.key.as_str()
        )
    }
}

/// The position in a list where a page begins or ends: the sort value and the ID of a row. Callers treat it as opaque.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cursor {
    /// The sort order that the cursor belongs to; with another order the cursor is rejected.
    pub sort: String,
    /// The row's value in the sort column; `None` for null.
    pub value: Option<String>,
    /// The row's ID, which breaks ties.
    pub id: uuid::Uuid,
    /// The number of matching rows, counted when an earlier page was read, so that the next pages need not count again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Total>,
    /// The server's signature over the list, its filter and the rest of the cursor. Only the server creates and
    /// verifies it.
    #[serde(skip)]
    pub signature: Option<String>,
}

/// A count of rows and the time of the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Number of matching rows.
    pub rows: i64,
    /// Time of the count.
    pub at: DateTime<Utc>,
}

impl Cursor {
    /// Returns what the signature covers: everything but the signature itself.
    pub fn unsigned(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }
}

impl Param for Cursor {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (text, signature) = text
            .split_once('.')
            .map_or((text, None), |(text, signature)| (text, Some(signature)));
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| "is not a cursor of this list")?;
        let cursor: Self =
            serde_json::from_slice(&bytes).map_err(|_| "is not a cursor of this list")?;
        Ok(Self {
            signature: signature.map(str::to_owned),
            ..cursor
        })
    }
    fn show(&self) -> String {
        match &self.signature {
            Some(signature) => format!("{}.{signature}", self.unsigned()),
            None => self.unsigned(),
        }
    }
}

/// The page of a list and its sort order.
#[derive(Debug, Clone, PartialEq)]
pub struct Paging<K> {
    /// Rows per page, at most [`MAX_LIMIT`].
    pub limit: u32,
    /// The sort order.
    pub sort: Sorted<K>,
    /// Read the page after this row.
    pub after: Option<Cursor>,
    /// Read the page before this row.
    pub before: Option<Cursor>,
}

impl<K: SortKey> Default for Paging<K> {
    fn default() -> Self {
        Self {
            limit: DEFAULT_LIMIT,
            sort: K::DEFAULT,
            after: None,
            before: None,
        }
    }
}

impl<K: SortKey> Paging<K> {
    /// Sets one parameter. Returns `false` when the key is unknown.
    pub fn set(&mut self, key: &str, value: &str) -> Result<bool, &'static str> {
        match key {
            "limit" => {
                self.limit = value
                    .parse()
                    .ok()
                    .filter(|n| (1..=MAX_LIMIT).contains(n))
                    .ok_or("must be a whole number from 1 to 100")?
            }
            "sort" => self.sort = Param::parse(value)?,
            "after" => self.after = Some(Param::parse(value)?),
            "before" => self.before = Some(Param::parse(value)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
    /// Checks that the parameters do not contradict each other, once all of them are set.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let sort = self.sort.show();
        match (&self.after, &self.before) {
            (Some(_), Some(_)) => Err(("before", "cannot be combined with `after`")),
            (Some(cursor), _) if cursor.sort != sort => {
                Err(("after", "belongs to another sort order"))
            }
            (_, Some(cursor)) if cursor.sort != sort => {
                Err(("before", "belongs to another sort order"))
            }
            _ => Ok(()),
        }
    }
    /// Returns the parameters that produce this paging, without default values.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if self.limit != DEFAULT_LIMIT {
            pairs.push(("limit", self.limit.to_string()));
        }
        if self.sort != K::DEFAULT {
            pairs.push(("sort", self.sort.show()));
        }
        if let Some(cursor) = &self.after {
            pairs.push(("after", cursor.show()));
        }
        if let Some(cursor) = &self.before {
            pairs.push(("before", cursor.show()));
        }
        pairs
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows of the page.
    pub data: Vec<T>,
    /// Cursor of the next page: send it as `after`. Null on the last page.
    pub next: Option<String>,
    /// Cursor of the previous page: send it as `before`. Null on the first page.
    pub prev: Option<String>,
    /// Number of matching rows, counted up to 10,000.
    pub total: i64,
    /// False when more rows match than were counted.
    pub total_is_exact: bool,
    /// Time of the count, if `total` was counted for an earlier page; rows may have been added or removed since. Absent
    /// when it was counted for this page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_counted_at: Option<DateTime<Utc>>,
}

impl<T> Page<T> {
    /// Converts every row, unless the conversion of one fails.
    pub fn try_map<U, E>(self, make: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let data = self.data.into_iter().map(make).collect::<Result<_, _>>()?;
        Ok(Page {
            data,
            next: self.next,
            prev: self.prev,
            total: self.total,
            total_is_exact: self.total_is_exact,
            total_counted_at: self.total_counted_at,
        })
    }
}

impl<T> Page<T> {
    /// Converts all rows together.
    pub fn try_all<R, E>(
        self,
        change: impl FnOnce(Vec<T>) -> Result<Vec<R>, E>,
    ) -> Result<Page<R>, E> {
        Ok(Page {
            data: change(self.data)?,
            next: self.next,
            prev: self.prev,
            total: self.total,
            total_is_exact: self.total_is_exact,
            total_counted_at: self.total_counted_at,
        })
    }
}

/// The sort order of an export. An export contains every row, so it has no pages and no limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ordering<K> {
    /// The sort order.
    pub sort: Sorted<K>,
}

impl<K: SortKey> Default for Ordering<K> {
    fn default() -> Self {
        Self { sort: K::DEFAULT }
    }
}

impl<K: SortKey> Ordering<K> {
    /// Sets one parameter. Returns `false` when the key is unknown.
    pub fn set(&mut self, key: &str, value: &str) -> Result<bool, &'static str> {
        match key {
            "sort" => self.sort = Param::parse(value)?,
            "format" if value == "csv" => {}
            "format" => return Err("must be csv"),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

#[cfg(feature = "server")]
mod documented {
    use super::{DEFAULT_LIMIT, MAX_LIMIT, Ordering, Paging, SortKey};
    use crate::Param;
    use utoipa::{
        IntoParams,
        openapi::{
            ObjectBuilder,
            path::{Parameter, ParameterBuilder, ParameterIn},
            schema::{KnownFormat, Schema, SchemaFormat, Type},
        },
    };

    fn parameter(name: &str, text: &str, schema: ObjectBuilder) -> Parameter {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .description(Some(text))
            .schema(Some(Schema::from(schema.build())))
            .build()
    }

    fn text() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String)
    }

    fn sort<K: SortKey>() -> Parameter {
        let words: Vec<String> = K::ALL
            .iter()
            .flat_map(|key| [key.as_str().to_owned(), format!("-{}", key.as_str())])
            .collect();
        let schema = text()
            .enum_values(Some(words))
            .default(Some(K::DEFAULT.show().into()));
        parameter(
            "sort",
            "The sort key; a leading minus sorts in descending order.",
            schema,
        )
    }

    impl<K: SortKey> IntoParams for Paging<K> {
        fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
            let limit = ObjectBuilder::new()
                .schema_type(Type::Integer)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
                .minimum(Some(1))
                .maximum(Some(i64::from(MAX_LIMIT)))
                .default(Some(DEFAULT_LIMIT.into()));
            vec![
                parameter("limit", "Rows on the page.", limit),
                sort::<K>(),
                parameter("after", "The `next` cursor of the previous page.", text()),
                parameter("before", "The `prev` cursor of the next page.", text()),
            ]
        }
    }

    impl<K: SortKey> IntoParams for Ordering<K> {
        fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
            let format = text()
                .enum_values(Some(["csv"]))
                .default(Some("csv".into()));
            vec![
                sort::<K>(),
                parameter("format", "The format of the file.", format),
            ]
        }
    }
}
