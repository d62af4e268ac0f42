//! The state of a list: the query, the rows, and the selection.

use super::{
    bulk::Bulk,
    columns::{self, Columns},
    filter::ListFilter,
    query::{ALL, ListQuery},
    row::{Header, Outcome, Row, Rows},
    views::store,
};
use crate::{
    Task,
    api::{ApiError, Pairs},
    local_storage,
    query::{self, Observer},
    route, task,
    ui::Icon,
};
use leptos::prelude::*;
use std::{cell::RefCell, collections::BTreeMap, sync::Arc};
use wire::Permission;

/// The description of a list, without the type of its rows.
pub(crate) struct Spec {
    pub title: String,
    pub one: &'static str,
    pub many: &'static str,
    pub path: &'static str,
    pub headers: Vec<Header>,
    pub filters: Vec<ListFilter>,
    pub searchable: bool,
    pub search_hint: String,
    pub bulk: Vec<Bulk>,
    pub buttons: Vec<(&'static str, &'static str, Permission, Option<Icon>)>,
    pub empty: (String, String),
    pub fetch: Arc<dyn Fn(ListQuery) -> Task<Outcome> + Send + Sync>,
    /// The query of the list when the address contains none.
    pub default_query: Option<&'static str>,
    /// The tabs before the saved views, each with its query.
    pub presets: Vec<(&'static str, &'static str)>,
    /// Parses a query string.
    pub read: Arc<dyn Fn(&str) -> ListQuery + Send + Sync>,
}

/// The state of a list.
#[derive(Clone, Copy)]
pub(crate) struct List {
    pub spec: StoredValue<Arc<Spec>>,
    pub here: StoredValue<String>,
    pub query: Memo<ListQuery>,
    pub rows: RwSignal<Option<Arc<Rows>>>,
    pub error: RwSignal<Option<ApiError>>,
    pub busy: RwSignal<bool>,
    pub selected: RwSignal<BTreeMap<String, Row>>,
    pub cursor: RwSignal<Option<usize>>,
    pub columns: Memo<Columns>,
    pub dense: RwSignal<bool>,
    observer: Observer,
}

thread_local! {
    /// The scroll position of the list at the last address.
    static SCROLLED: RefCell<(String, i32)> = const { RefCell::new((String::new(), 0)) };
}

pub(super) fn forget() {
    SCROLLED.take();
}

impl List {
    pub fn new(spec: Spec, here: String, query: Memo<ListQuery>) -> Self {
        let (spec, here) = (Arc::new(spec), here.trim_end_matches('/').to_owned());
        let headers = Arc::clone(&spec);
        let columns = Memo::new(move |_| {
            let chosen = query.with(|query| query.cols.clone());
            chosen.map_or_else(
                || columns::defaults(&headers.headers),
                |chosen| columns::read(&headers.headers, &chosen),
            )
        });
        let list = Self {
            spec: StoredValue::new(spec),
            here: StoredValue::new(here),
            query,
            rows: RwSignal::new(None),
            error: RwSignal::new(None),
            busy: RwSignal::new(true),
            selected: RwSignal::new(BTreeMap::new()),
            cursor: RwSignal::new(None),
            columns,
            dense: RwSignal::new(local_storage::get("dense").as_deref() == Some("yes")),
            observer: Observer::new(),
        };
        list.rows.set(untrack(|| list.known()));
        list.open_default();
        list.follow();
        list
    }
    pub fn spec(self) -> Arc<Spec> {
        self.spec.get_value()
    }
    /// Tells whether the address has parameters that the list does not know.
    pub fn has_unknown(self) -> bool {
        self.query.with_untracked(|query| !query.unknown.is_empty())
    }
    /// Returns the path of the list.
    pub fn here(self) -> String {
        self.here.get_value()
    }
    /// Returns the last known rows of the current query, unless the list is about to open with another query.
    fn known(self) -> Option<Arc<Rows>> {
        self.wanted()?;
        let rows = query::peek((self.spec().fetch)(self.query.get()))?;
        rows.ok().map(Arc::new)
    }
    /// Returns the query for the API; `None` while it is unknown with which query the list opens.
    fn wanted(self) -> Option<Pairs> {
        let query = self.query.get();
        let opens = query.is_bare() && !matches!(self.opens_with(), Some(None));
        (!opens).then(|| query.pairs())
    }
    /// Returns the address with which the list opens, if it is not the plain path: a default view, or the screen's
    /// default query. `None` while the views load.
    pub fn opens_with(self) -> Option<Option<String>> {
        let view = store::opens_with(&self.here())?;
        let default_query = self.spec().default_query;
        let begun = default_query.map(|query| format!("{}?{query}", self.here()));
        Some(view.map(|view| store::address(&view)).or(begun))
    }
    /// Opens a list without a query with its default view or query. Without a view, the stored columns apply.
    fn open_default(self) {
        Effect::new(move |_| {
            let query = self.query.get();
            let next = match query.is_bare().then(|| self.opens_with()) {
                Some(None) => None,
                Some(Some(Some(address))) => Some(address),
                Some(Some(None)) | None => self.as_before(query),
            };
            if let Some(next) = next {
                route::replace(&next);
            }
        });
    }
    fn as_before(self, query: ListQuery) -> Option<String> {
        let is_free = query.cols.is_none() && query.view.as_deref().is_none_or(|view| view == ALL);
        let spec = self.spec();
        let cols = is_free.then(|| columns::stored(spec.path, &spec.headers))??;
        Some(self.tidy(query.with_columns(Some(cols))))
    }
    /// Returns the address of a query on the open list. It does not open the default view.
    fn tidy(self, mut query: ListQuery) -> String {
        let is_all = query.view.as_deref() == Some(ALL);
        if is_all {
            query.view = None;
        }
        let opens = untrack(|| self.opens_with());
        if query.is_bare() && opens.flatten().is_some() {
            query.view = Some(ALL.to_owned());
        }
        query.address(&self.here())
    }
    /// Shows other columns. Outside a view, the browser stores them.
    pub fn arrange(self, chosen: &[usize]) {
        let (spec, query) = (self.spec(), self.query.get_untracked());
        let cols = columns::show(&spec.headers, chosen);
        if store::open(&self.here(), query.view.as_deref()).is_none() {
            columns::store(spec.path, cols.as_deref());
        }
        self.replace_query(&query.with_columns(cols));
    }
    /// Returns the address of the current query.
    fn address(self) -> String {
        self.query.get_untracked().address(&self.here.get_value())
    }
    /// Stores the scroll position.
    pub fn scrolled(self, top: i32) {
        SCROLLED.set((self.address(), top));
    }
    /// Returns the stored scroll position of this address.
    pub fn scroll(self) -> Option<i32> {
        SCROLLED
            .with_borrow(|(address, top)| (*address == self.address() && *top > 0).then_some(*top))
    }
    /// Loads the same page again.
    pub fn reload(self) {
        self.observer.reload();
    }
    /// Changes the query with a new entry in the history.
    pub fn set_query(self, query: &ListQuery) {
        route::go(&self.tidy(query.clone()));
    }
    /// Changes the query without a new entry in the history, such as while the user types.
    pub fn replace_query(self, query: &ListQuery) {
        route::replace(&self.tidy(query.clone()));
    }
    /// Returns the row that the keyboard has focused.
    pub fn current(self) -> Option<Row> {
        let at = self.cursor.get_untracked()?;
        self.rows
            .with_untracked(|rows| rows.as_ref().and_then(|rows| rows.rows.get(at).cloned()))
    }
    /// Selects a row, or deselects it.
    pub fn set_selected(self, row: &Row, on: bool) {
        self.selected.update(|selected| {
            if on {
                selected.insert(row.id.clone(), row.clone());
            } else {
                selected.remove(&row.id);
            }
        });
    }
    /// Loads the rows whenever the query changes.
    fn follow(self) {
        // Not the whole address: other columns show the same rows.
        let wanted = Memo::new(move |_| self.wanted());
        Effect::new(move |before: Option<Pairs>| {
            let Some(wanted) = wanted.get() else {
                return before.unwrap_or_default();
            };
            let query = self.query.get_untracked();
            self.observer.track();
            if before.is_some_and(|before| narrowing(&before) != narrowing(&wanted)) {
                self.selected.update(BTreeMap::clear);
            }
            self.busy.set(true);
            let work = (self.spec().fetch)(query);
            self.observer
                .run(task(async move { self.receive(work.await) }));
            wanted
        });
    }
    fn receive(self, outcome: Outcome) {
        self.busy.set(false);
        match outcome {
            Ok(rows) => {
                let rows = Arc::new(rows);
                let last = rows.rows.len().saturating_sub(1);
                self.cursor.update(|cursor| {
                    *cursor = cursor
                        .map(|at| at.min(last))
                        .filter(|_| !rows.rows.is_empty())
                });
                self.error.set(None);
                self.rows.set(Some(rows));
            }
            Err(error) => self.error.set(Some(error)),
        }
    }
}

/// Returns the filters of a query, without its order and its page.
fn narrowing(pairs: &Pairs) -> Pairs {
    let narrows = |(key, _): &&(&'static str, String)| !wire::list::PAGING_KEYS.contains(key);
    pairs.iter().filter(narrows).cloned().collect()
}
