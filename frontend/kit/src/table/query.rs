//! The query of a list as the address contains it: filters, order, page, columns, and the open view. A shared
//! address opens the same list.

use crate::{
    api::{Pairs, with_query},
    route::Query,
};
use wire::{Filter, Paging, Resource, SortKey, list::PAGING_KEYS, system::views::stores_parameter};

/// Parameters of the panel that are not filters: the number of the first row, the columns, the view.
const PANEL_KEYS: &[&str] = &["at", "cols", "view"];

/// Instead of a view: the whole list, where it would otherwise open with a default view.
pub(crate) const ALL: &str = "all";

/// The query of a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ListQuery {
    /// The filters.
    pub filter: Pairs,
    /// The sort key, and whether the order is descending.
    pub sort: (&'static str, bool),
    /// The number of rows on a page.
    pub limit: u32,
    /// The page: `after` or `before`, and the cursor.
    pub cursor: Option<(&'static str, String)>,
    /// The number of the first row, which a cursor does not contain. It is only shown.
    pub at: i64,
    /// The columns, if they are not the default ones.
    pub cols: Option<String>,
    /// The view that is open, or [`ALL`].
    pub view: Option<String>,
    /// Parameters of the address that the list does not know. While there are any, the list shows more rows than the
    /// address requests.
    pub unknown: Vec<(String, String)>,
    /// The default order.
    default_sort: (&'static str, bool),
}

impl ListQuery {
    /// Reads an address. A parameter that the list does not know is kept as unknown and does not break the page.
    pub fn read<R: Resource>(query: &Query) -> Self {
        let get = |key: &str| query.get(key);
        let mut filter = R::Filter::default();
        let mut unknown = Vec::new();
        for (key, value) in query.pairs() {
            let is_ours = PAGING_KEYS.contains(&key.as_str()) || PANEL_KEYS.contains(&key.as_str());
            if !is_ours && !value.is_empty() && filter.set(key, value) != Ok(true) {
                unknown.push((key.clone(), value.clone()));
            }
        }
        let mut paging = Paging::<R::Sort>::default();
        for key in PAGING_KEYS {
            if let Some(value) = get(key) {
                let _ = paging.set(key, &value);
            }
        }
        if paging.check().is_err() {
            (paging.after, paging.before) = (None, None);
        }
        let cursor = paging
            .pairs()
            .into_iter()
            .find(|(key, _)| matches!(*key, "after" | "before"));
        let at = get("at")
            .and_then(|at| at.parse().ok())
            .filter(|at| *at > 0 && cursor.is_some())
            .unwrap_or(1);
        let usual = R::Sort::DEFAULT;
        let short = |key: &str, longest: usize| {
            get(key).filter(|text| {
                let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-,".contains(&b);
                !text.is_empty() && text.len() <= longest && text.bytes().all(is_plain)
            })
        };
        Self {
            filter: filter.pairs(),
            sort: (paging.sort.key.as_str(), paging.sort.descending),
            limit: paging.limit,
            cursor,
            at,
            cols: short("cols", 500),
            view: short("view", 36),
            unknown,
            default_sort: (usual.key.as_str(), usual.descending),
        }
    }
    /// Returns the value of a filter.
    pub fn filter_value(&self, key: &str) -> Option<&str> {
        self.filter
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, value)| value.as_str())
    }
    /// Returns the query with another filter value, on the first page.
    pub fn with_filter(mut self, key: &'static str, value: Option<String>) -> Self {
        self.filter.retain(|(known, _)| *known != key);
        self.filter.extend(
            value
                .filter(|value| !value.is_empty())
                .map(|value| (key, value)),
        );
        self.first_page()
    }
    /// Returns the query in another order, on the first page.
    pub fn sorted_by(mut self, key: &'static str) -> Self {
        self.sort = if self.sort.0 == key {
            (key, !self.sort.1)
        } else {
            (key, false)
        };
        self.first_page()
    }
    /// Returns the query with another page size, on the first page.
    pub fn with_limit(mut self, limit: u32) -> Self {
        self.limit = limit;
        self.first_page()
    }
    /// Returns another page of the query.
    pub fn with_cursor(mut self, way: &'static str, cursor: String, at: i64) -> Self {
        self.cursor = Some((way, cursor));
        self.at = at.max(1);
        self
    }
    fn first_page(mut self) -> Self {
        (self.cursor, self.at) = (None, 1);
        self
    }
    /// Returns the query without filters.
    pub fn cleared(mut self) -> Self {
        self.filter.clear();
        self.unknown.clear();
        self.first_page()
    }
    /// Returns the parameters for the API.
    pub fn pairs(&self) -> Pairs {
        let mut pairs = self.filter.clone();
        if self.limit != wire::list::DEFAULT_LIMIT {
            pairs.push(("limit", self.limit.to_string()));
        }
        if self.sort != self.default_sort {
            pairs.push((
                "sort",
                format!("{}{}", if self.sort.1 { "-" } else { "" }, self.sort.0),
            ));
        }
        pairs.extend(self.cursor.clone());
        pairs
    }
    /// Returns the address.
    pub fn address(&self, path: &str) -> String {
        let mut pairs = self.pairs();
        if self.at > 1 {
            pairs.push(("at", self.at.to_string()));
        }
        pairs.extend(self.cols.clone().map(|cols| ("cols", cols)));
        pairs.extend(self.view.clone().map(|view| ("view", view)));
        let unknown = self
            .unknown
            .iter()
            .map(|(key, value)| (key.as_str(), value.clone()));
        let all: Vec<(&str, String)> = pairs.into_iter().chain(unknown).collect();
        with_query(path, &all)
    }
    /// Returns the query without the unknown parameters.
    pub fn without_unknown(mut self) -> Self {
        self.unknown.clear();
        self
    }
    /// Tells whether the address contains no query at all.
    pub fn is_bare(&self) -> bool {
        self.pairs().is_empty()
            && self.cols.is_none()
            && self.view.is_none()
            && self.unknown.is_empty()
    }
    /// Returns the part of the query that a view of this list stores, as a query string.
    pub fn view_query(&self, list: &str) -> String {
        let mut pairs = self.pairs();
        pairs.extend(self.cols.clone().map(|cols| ("cols", cols)));
        pairs.retain(|(key, _)| stores_parameter(list, key));
        with_query("", &pairs).trim_start_matches('?').to_owned()
    }
    /// Returns the query with other columns.
    pub fn with_columns(mut self, cols: Option<String>) -> Self {
        self.cols = cols;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;
    use wire::catalog::plans::Plan;

    fn read(query: &[(&str, &str)]) -> ListQuery {
        let pairs = query.iter().copied();
        ListQuery::read::<Plan>(&pairs.collect())
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn address_round_trips() {
        let query = read(&[
            ("q", "eu 5"),
            ("is_active", "true"),
            ("sort", "name"),
            ("limit", "25"),
        ]);
        assert_eq!(
            query.address("/catalog/plans"),
            "/catalog/plans?q=eu%205&is_active=true&limit=25&sort=name"
        );
        assert_eq!(read(&[]).address("/catalog/plans"), "/catalog/plans");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn invalid_parameters_are_ignored() {
        let query = read(&[
            ("q", ""),
            ("sort", "password"),
            ("limit", "1000"),
            ("after", "?"),
            ("at", "51"),
            ("view", "<b>"),
            ("cols", "a b"),
        ]);
        assert_eq!(query, read(&[]));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn unknown_filters_are_kept_until_they_are_cleared() {
        let query = read(&[("q", "eu"), ("is_active", "maybe"), ("colour", "red")]);
        let unknown = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            query.unknown,
            [unknown("is_active", "maybe"), unknown("colour", "red")]
        );
        assert_eq!(query.address("/p"), "/p?q=eu&is_active=maybe&colour=red");
        assert_eq!(query.without_unknown().address("/p"), "/p?q=eu");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn view_stores_filters_but_not_the_page() {
        let query = read(&[
            ("q", "5 GB"),
            ("sort", "name"),
            ("cols", "name,status"),
            ("view", "all"),
        ])
        .with_cursor("after", "abc".to_owned(), 51);
        assert_eq!(
            query.address("/p"),
            "/p?q=5%20GB&sort=name&after=abc&at=51&cols=name,status&view=all"
        );
        assert_eq!(
            query.view_query("/p"),
            "q=5%20GB&sort=name&cols=name,status"
        );
        assert_eq!(
            query.view_query("/accounts/users"),
            "sort=name&cols=name,status"
        );
        assert!(read(&[]).is_bare() && !query.is_bare());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn new_filter_or_order_starts_at_the_first_page() {
        let later = read(&[]).with_cursor("after", "abc".to_owned(), 51);
        assert_eq!(later.address("/p"), "/p?after=abc&at=51");
        assert_eq!(
            later
                .clone()
                .with_filter("q", Some("x".to_owned()))
                .address("/p"),
            "/p?q=x"
        );
        assert_eq!(
            later.clone().sorted_by("name").address("/p"),
            "/p?sort=name"
        );
        assert_eq!(
            later.sorted_by("created_at").address("/p"),
            "/p?sort=created_at"
        );
    }
}
