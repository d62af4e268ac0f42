//! What a list is asked for, as the address bar holds it: filters, order, page, columns, the view that is open. Sharing
//! the address shares the list.

use crate::{
    api::{Pairs, with_query},
    route::Query,
};
use wire::{Filter, Paging, Resource, SortKey, list::PAGING_KEYS, system::views::keeps};

/// Parameters of the panel that are not filters: the number of the first row, the columns, the view.
const PANEL_KEYS: &[&str] = &["at", "cols", "view"];

/// In place of a view: the whole list, where it would else open with a view.
pub(crate) const ALL: &str = "all";

/// What is asked of a list.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// What it is narrowed by.
    pub filter: Pairs,
    /// The word of the order, and whether the greatest comes first.
    pub sort: (&'static str, bool),
    /// Rows on a page.
    pub limit: u32,
    /// The page: `after` or `before`, and the cursor.
    pub cursor: Option<(&'static str, String)>,
    /// The number of the first row, which a cursor does not tell. Only ever shown.
    pub at: i64,
    /// The columns, where they are not the usual ones.
    pub cols: Option<String>,
    /// The view that is open, or [`ALL`].
    pub view: Option<String>,
    /// Parameters of the address that the list does not know. While there are any, the list shows more rows than the
    /// address requests.
    pub unknown: Vec<(String, String)>,
    /// The order of a list that nobody has ordered.
    default_sort: (&'static str, bool),
}

impl Asked {
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
    /// What stands in a filter.
    pub fn filtered(&self, key: &str) -> Option<&str> {
        self.filter
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, value)| value.as_str())
    }
    /// The same list, narrowed otherwise, from its first page.
    pub fn narrowed(mut self, key: &'static str, value: Option<String>) -> Self {
        self.filter.retain(|(known, _)| *known != key);
        self.filter.extend(
            value
                .filter(|value| !value.is_empty())
                .map(|value| (key, value)),
        );
        self.first_page()
    }
    /// The same list in another order, from its first page.
    pub fn ordered(mut self, key: &'static str) -> Self {
        self.sort = if self.sort.0 == key {
            (key, !self.sort.1)
        } else {
            (key, false)
        };
        self.first_page()
    }
    /// The same list with longer or shorter pages.
    pub fn limited(mut self, limit: u32) -> Self {
        self.limit = limit;
        self.first_page()
    }
    /// Another page of it.
    pub fn turned(mut self, way: &'static str, cursor: String, at: i64) -> Self {
        self.cursor = Some((way, cursor));
        self.at = at.max(1);
        self
    }
    fn first_page(mut self) -> Self {
        (self.cursor, self.at) = (None, 1);
        self
    }
    /// The whole list, unfiltered.
    pub fn cleared(mut self) -> Self {
        self.filter.clear();
        self.unknown.clear();
        self.first_page()
    }
    /// What the API is asked.
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
    /// What the address bar shows.
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
    /// Returns the same list without the unknown parameters.
    pub fn understood(mut self) -> Self {
        self.unknown.clear();
        self
    }
    /// Whether nothing is said at all: somebody has just come here.
    pub fn is_bare(&self) -> bool {
        self.pairs().is_empty()
            && self.cols.is_none()
            && self.view.is_none()
            && self.unknown.is_empty()
    }
    /// What a view of this list keeps of it, as it is written behind a question mark.
    pub fn kept(&self, list: &str) -> String {
        let mut pairs = self.pairs();
        pairs.extend(self.cols.clone().map(|cols| ("cols", cols)));
        pairs.retain(|(key, _)| keeps(list, key));
        with_query("", &pairs).trim_start_matches('?').to_owned()
    }
    /// The same list with other columns.
    pub fn arranged(mut self, cols: Option<String>) -> Self {
        self.cols = cols;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;
    use wire::catalog::plans::Plan;

    fn read(query: &[(&str, &str)]) -> Asked {
        let pairs = query.iter().copied();
        Asked::read::<Plan>(&pairs.collect())
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn an_address_survives_the_round_trip() {
        let asked = read(&[
            ("q", "eu 5"),
            ("is_active", "true"),
            ("sort", "name"),
            ("limit", "25"),
        ]);
        assert_eq!(
            asked.address("/catalog/plans"),
            "/catalog/plans?q=eu%205&is_active=true&limit=25&sort=name"
        );
        assert_eq!(read(&[]).address("/catalog/plans"), "/catalog/plans");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn what_does_not_belong_is_left_out() {
        let asked = read(&[
            ("q", ""),
            ("sort", "password"),
            ("limit", "1000"),
            ("after", "?"),
            ("at", "51"),
            ("view", "<b>"),
            ("cols", "a b"),
        ]);
        assert_eq!(asked, read(&[]));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn unknown_filters_are_kept_until_they_are_cleared() {
        let asked = read(&[("q", "eu"), ("is_active", "maybe"), ("colour", "red")]);
        let unknown = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            asked.unknown,
            [unknown("is_active", "maybe"), unknown("colour", "red")]
        );
        assert_eq!(asked.address("/p"), "/p?q=eu&is_active=maybe&colour=red");
        assert_eq!(asked.understood().address("/p"), "/p?q=eu");
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_view_keeps_the_list_and_not_the_page() {
        let asked = read(&[
            ("q", "5 GB"),
            ("sort", "name"),
            ("cols", "name,status"),
            ("view", "all"),
        ])
        .turned("after", "abc".to_owned(), 51);
        assert_eq!(
            asked.address("/p"),
            "/p?q=5%20GB&sort=name&after=abc&at=51&cols=name,status&view=all"
        );
        assert_eq!(asked.kept("/p"), "q=5%20GB&sort=name&cols=name,status");
        assert_eq!(asked.kept("/accounts/users"), "sort=name&cols=name,status");
        assert!(read(&[]).is_bare() && !asked.is_bare());
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn another_filter_or_order_begins_at_the_first_page() {
        let later = read(&[]).turned("after", "abc".to_owned(), 51);
        assert_eq!(later.address("/p"), "/p?after=abc&at=51");
        assert_eq!(
            later
                .clone()
                .narrowed("q", Some("x".to_owned()))
                .address("/p"),
            "/p?q=x"
        );
        assert_eq!(later.clone().ordered("name").address("/p"), "/p?sort=name");
        assert_eq!(
            later.ordered("created_at").address("/p"),
            "/p?sort=created_at"
        );
    }
}
