//! The state of one list: what is asked, what came back, what is marked.

use super::{
    address::Asked,
    bulk::Bulk,
    filter::By,
    row::{Head, Outcome, Row, Rows},
};
use crate::{Task, api::Fault, memory, route, ui::Icon};
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
    pub shown: RwSignal<Vec<bool>>,
    pub dense: RwSignal<bool>,
    again: RwSignal<u32>,
}

thread_local! {
    /// The last pages seen, so that going back shows them at once while they are asked for again.
    static SEEN: RefCell<Vec<(String, Arc<Rows>)>> = const { RefCell::new(Vec::new()) };
    /// How far the list of the last address was scrolled.
    static SCROLLED: RefCell<(String, i32)> = const { RefCell::new((String::new(), 0)) };
}

/// Forgets what was seen: whoever comes next may not see it.
pub(crate) fn forget() {
    SEEN.take();
}

impl List {
    pub fn new(spec: Spec, here: String, asked: Memo<Asked>) -> Self {
        let shown = shown(&spec);
        let seen = SEEN.with_borrow(|seen| {
            let address = asked.get_untracked().address(&here);
            seen.iter()
                .find(|(known, _)| *known == address)
                .map(|(_, rows)| Arc::clone(rows))
        });
        let list = Self {
            spec: StoredValue::new(Arc::new(spec)),
            here: StoredValue::new(here),
            asked,
            rows: RwSignal::new(seen),
            fault: RwSignal::new(None),
            busy: RwSignal::new(true),
            marked: RwSignal::new(BTreeMap::new()),
            cursor: RwSignal::new(None),
            shown: RwSignal::new(shown),
            dense: RwSignal::new(memory::recall("dense").as_deref() == Some("yes")),
            again: RwSignal::new(0),
        };
        list.follow();
        list
    }
    pub fn spec(self) -> Arc<Spec> {
        self.spec.get_value()
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
        route::go(&asked.address(&self.here.get_value()));
    }
    /// Asks for something else while somebody types: no step of its own.
    pub fn ask_softly(self, asked: &Asked) {
        route::replace(&asked.address(&self.here.get_value()));
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
        Effect::new(move |before: Option<Asked>| {
            let asked = self.asked.get();
            self.again.track();
            if before
                .as_ref()
                .is_some_and(|before| before.filter != asked.filter)
            {
                self.marked.update(BTreeMap::clear);
            }
            turn.update_value(|turn| *turn = turn.wrapping_add(1));
            let mine = turn.get_value();
            self.busy.set(true);
            let (work, address) = (
                (self.spec().fetch)(asked.clone()),
                asked.address(&self.here.get_value()),
            );
            leptos::task::spawn_local(async move {
                let outcome = work.await;
                if turn.try_get_value() == Some(mine) {
                    self.receive(outcome, address);
                }
            });
            asked
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

/// The columns to show: as they were chosen here before, else as the screen says.
fn shown(spec: &Spec) -> Vec<bool> {
    let remembered = memory::recall(&format!("columns:{}", spec.path));
    let hidden: Option<Vec<String>> =
        remembered.map(|names| names.split('|').map(str::to_owned).collect());
    let show = |head: &Head| match &hidden {
        Some(hidden) => !hidden.iter().any(|name| name == head.text),
        None => head.shown != super::column::Shown::Asked,
    };
    spec.heads.iter().map(show).collect()
}

/// Remembers which columns are hidden.
pub(crate) fn remember_columns(list: List) {
    let spec = list.spec();
    let shown = list.shown.get_untracked();
    let hidden: Vec<&str> = spec
        .heads
        .iter()
        .zip(shown)
        .filter(|(_, shown)| !shown)
        .map(|(head, _)| head.text)
        .collect();
    memory::remember(&format!("columns:{}", spec.path), &hidden.join("|"));
}
