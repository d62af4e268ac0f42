//! The state of one list: what is asked, what came back, what is marked.

use super::{
    address::{ALL, Asked},
    bulk::Bulk,
    columns::{self, Columns},
    filter::By,
    row::{Head, Outcome, Row, Rows},
    views::store,
};
use crate::{
    Task,
    api::{Fault, Pairs, with_query},
    memory, route,
    ui::Icon,
};
use leptos::prelude::*;
use std::{cell::RefCell, collections::BTreeMap, sync::Arc};
use wire::Permission;

/// What a list is, without the type of its rows.
pub(crate) struct Spec {
    pub title: String,
    pub one: &'static str,
    pub many: &'static str,
    pub path: &'static str,
    pub heads: Vec<Head>,
    pub filters: Vec<By>,
    pub searchable: bool,
    pub search_hint: String,
    pub bulk: Vec<Bulk>,
    pub buttons: Vec<(&'static str, &'static str, Permission, Option<Icon>)>,
    pub empty: (String, String),
    pub fetch: Arc<dyn Fn(Asked) -> Task<Outcome> + Send + Sync>,
    /// What it is narrowed to for whoever comes without saying what they want.
    pub begins: Option<&'static str>,
    /// Reads what stands behind a question mark.
    pub read: Arc<dyn Fn(&str) -> Asked + Send + Sync>,
}

/// The state of a list.
#[derive(Clone, Copy)]
pub(crate) struct List {
    pub spec: StoredValue<Arc<Spec>>,
    pub here: StoredValue<String>,
    pub asked: Memo<Asked>,
    pub rows: RwSignal<Option<Arc<Rows>>>,
    pub fault: RwSignal<Option<Fault>>,
    pub busy: RwSignal<bool>,
    pub marked: RwSignal<BTreeMap<String, Row>>,
    pub cursor: RwSignal<Option<usize>>,
    pub columns: Memo<Columns>,
    pub dense: RwSignal<bool>,
    again: RwSignal<u32>,
}

thread_local! {
    /// The last pages seen, so that going back shows them at once while they are asked for again.
    static SEEN: RefCell<Vec<(String, Arc<Rows>)>> = const { RefCell::new(Vec::new()) };
    /// How far the list of the last address was scrolled.
    static SCROLLED: RefCell<(String, i32)> = const { RefCell::new((String::new(), 0)) };
}

pub(super) fn forget() {
    SEEN.take();
}

impl List {
    pub fn new(spec: Spec, here: String, asked: Memo<Asked>) -> Self {
        let (spec, here) = (Arc::new(spec), here.trim_end_matches('/').to_owned());
        let heads = Arc::clone(&spec);
        let columns = Memo::new(move |_| {
            let chosen = asked.with(|asked| asked.cols.clone());
            chosen.map_or_else(
                || columns::usual(&heads.heads),
                |chosen| columns::read(&heads.heads, &chosen),
            )
        });
        let list = Self {
            spec: StoredValue::new(spec),
            here: StoredValue::new(here),
            asked,
            rows: RwSignal::new(None),
            fault: RwSignal::new(None),
            busy: RwSignal::new(true),
            marked: RwSignal::new(BTreeMap::new()),
            cursor: RwSignal::new(None),
            columns,
            dense: RwSignal::new(memory::recall("dense").as_deref() == Some("yes")),
            again: RwSignal::new(0),
        };
        list.rows.set(untrack(|| list.seen()));
        list.arrive();
        list.follow();
        list
    }
    pub fn spec(self) -> Arc<Spec> {
        self.spec.get_value()
    }
    /// Tells whether the address has parameters that the list does not know.
    pub fn has_unknown(self) -> bool {
        self.asked.with_untracked(|asked| !asked.unknown.is_empty())
    }
    /// Where it stands in the panel.
    pub fn here(self) -> String {
        self.here.get_value()
    }
    /// What was last seen of what is asked, unless something else is about to be.
    fn seen(self) -> Option<Arc<Rows>> {
        let asked = self.wanted()?;
        let address = with_query(&self.here(), &asked);
        SEEN.with_borrow(|seen| {
            let known = seen.iter().find(|(known, _)| *known == address);
            known.map(|(_, rows)| Arc::clone(rows))
        })
    }
    /// What the API is to be asked; nothing while it is open what the list opens with.
    fn wanted(self) -> Option<Pairs> {
        let asked = self.asked.get();
        let opens = asked.is_bare() && !matches!(self.opens_with(), Some(None));
        (!opens).then(|| asked.pairs())
    }
    /// The address that the list opens with, if it does not just open: a view, or what its screen begins with.
    /// Unknown while the views are being asked for.
    pub fn opens_with(self) -> Option<Option<String>> {
        let view = store::opens_with(&self.here())?;
        let begins = self.spec().begins;
        let begun = begins.map(|query| format!("{}?{query}", self.here()));
        Some(view.map(|view| store::address(&view)).or(begun))
    }
    /// Who comes without saying what they want to see gets what the list opens with; and who opens no view, the
    /// columns that they have chosen here before.
    fn arrive(self) {
        Effect::new(move |_| {
            let asked = self.asked.get();
            let next = match asked.is_bare().then(|| self.opens_with()) {
                Some(None) => None,
                Some(Some(Some(address))) => Some(address),
                Some(Some(None)) | None => self.as_before(asked),
            };
            if let Some(next) = next {
                route::replace(&next);
            }
        });
    }
    fn as_before(self, asked: Asked) -> Option<String> {
        let is_free = asked.cols.is_none() && asked.view.as_deref().is_none_or(|view| view == ALL);
        let spec = self.spec();
        let cols = is_free.then(|| columns::remembered(spec.path, &spec.heads))??;
        Some(self.tidy(asked.arranged(Some(cols))))
    }
    /// The address of something asked of this list by somebody who is here already: it opens no view by itself.
    fn tidy(self, mut asked: Asked) -> String {
        let is_all = asked.view.as_deref() == Some(ALL);
        if is_all {
            asked.view = None;
        }
        let opens = untrack(|| self.opens_with());
        if asked.is_bare() && opens.flatten().is_some() {
            asked.view = Some(ALL.to_owned());
        }
        asked.address(&self.here())
    }
    /// Shows other columns. Outside a view this is remembered.
    pub fn arrange(self, chosen: &[usize]) {
        let (spec, asked) = (self.spec(), self.asked.get_untracked());
        let cols = columns::show(&spec.heads, chosen);
        if store::open(&self.here(), asked.view.as_deref()).is_none() {
            columns::remember(spec.path, cols.as_deref());
        }
        self.ask_softly(&asked.arranged(cols));
    }
    /// Where it stands: the address of what is asked.
    fn address(self) -> String {
        self.asked.get_untracked().address(&self.here.get_value())
    }
    /// Remembers how far it is scrolled.
    pub fn scrolled(self, top: i32) {
        SCROLLED.set((self.address(), top));
    }
    /// How far it was scrolled when it was left.
    pub fn scroll(self) -> Option<i32> {
        SCROLLED
            .with_borrow(|(address, top)| (*address == self.address() && *top > 0).then_some(*top))
    }
    /// Asks once more for the same page.
    pub fn reload(self) {
        let _ = self
            .again
            .try_update(|again| *again = again.wrapping_add(1));
    }
    /// Asks for something else, which the back button undoes.
    pub fn ask(self, asked: &Asked) {
        route::go(&self.tidy(asked.clone()));
    }
    /// Asks for something else while somebody types: no step of its own.
    pub fn ask_softly(self, asked: &Asked) {
        route::replace(&self.tidy(asked.clone()));
    }
    /// The row of the keyboard.
    pub fn current(self) -> Option<Row> {
        let at = self.cursor.get_untracked()?;
        self.rows
            .with_untracked(|rows| rows.as_ref().and_then(|rows| rows.rows.get(at).cloned()))
    }
    /// Marks a row, or takes the mark off.
    pub fn mark(self, row: &Row, on: bool) {
        self.marked.update(|marked| {
            if on {
                marked.insert(row.id.clone(), row.clone());
            } else {
                marked.remove(&row.id);
            }
        });
    }
    /// Fetches whenever something else is asked; an answer that comes late is dropped.
    fn follow(self) {
        let turn = StoredValue::new(0_u32);
        // Not by the whole address: other columns show the same rows.
        let wanted = Memo::new(move |_| self.wanted());
        Effect::new(move |before: Option<Pairs>| {
            let Some(wanted) = wanted.get() else {
                return before.unwrap_or_default();
            };
            let asked = self.asked.get_untracked();
            self.again.track();
            if before.is_some_and(|before| narrowing(&before) != narrowing(&wanted)) {
                self.marked.update(BTreeMap::clear);
            }
            turn.update_value(|turn| *turn = turn.wrapping_add(1));
            let mine = turn.get_value();
            self.busy.set(true);
            let (work, address) = (
                (self.spec().fetch)(asked.clone()),
                with_query(&self.here(), &wanted),
            );
            leptos::task::spawn_local(async move {
                let outcome = work.await;
                if turn.try_get_value() == Some(mine) {
                    self.receive(outcome, address);
                }
            });
            wanted
        });
    }
    fn receive(self, outcome: Outcome, address: String) {
        self.busy.set(false);
        match outcome {
            Ok(rows) => {
                let rows = Arc::new(rows);
                SEEN.with_borrow_mut(|seen| {
                    seen.retain(|(known, _)| *known != address);
                    seen.truncate(11);
                    seen.insert(0, (address, Arc::clone(&rows)));
                });
                let last = rows.rows.len().saturating_sub(1);
                self.cursor.update(|cursor| {
                    *cursor = cursor
                        .map(|at| at.min(last))
                        .filter(|_| !rows.rows.is_empty())
                });
                self.fault.set(None);
                self.rows.set(Some(rows));
            }
            Err(fault) => self.fault.set(Some(fault)),
        }
    }
}

/// What a list is narrowed to, without its order and its page.
fn narrowing(pairs: &Pairs) -> Pairs {
    let narrows = |(key, _): &&(&'static str, String)| !wire::list::PAGING_KEYS.contains(key);
    pairs.iter().filter(narrows).cloned().collect()
}
