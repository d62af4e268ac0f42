//! The data of the pages. Every list, detail page, related list and timeline reads through it.
//!
//! - Requests for the same path share one request, which is aborted when its last user is dropped.
//! - A page that was open before shows the known answer until the new one arrives ([`peek`]).
//! - An older answer never replaces a newer one ([`latest::Latest`]).
//! - [`invalidate`] loads what a page shows again after an action.
//! - [`poll::refetch_every`] waits for progress with one request at a time.

mod cache;
mod latest;
mod poll;
mod repeat;
mod scope;
#[cfg(test)]
mod testing;

pub(crate) use cache::{clear, expire, fetch, fetch_older_than};
pub(crate) use latest::Latest;
pub(crate) use poll::{Poller, pause_after, refetch_every};
pub use repeat::repeat;
pub(crate) use scope::{is_peeking, peek};

use crate::Task;
use leptos::prelude::*;
use scope::{Paths, Recorded};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

/// A part of the page that loads data: it loads again when what it has read is invalidated.
#[derive(Clone, Copy)]
pub(crate) struct Observer {
    latest: Latest,
    paths: StoredValue<Paths, LocalStorage>,
    reload: RwSignal<u32>,
}

/// An observer in the list of all.
struct Entry {
    id: u64,
    paths: Paths,
    reload: RwSignal<u32>,
}

thread_local! {
    static OBSERVERS: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    static LAST_ID: Cell<u64> = const { Cell::new(0) };
}

impl Observer {
    /// Makes an observer for the current owner.
    pub fn new() -> Self {
        let (paths, reload) = (Paths::default(), RwSignal::new(0));
        let id = LAST_ID.get().wrapping_add(1);
        LAST_ID.set(id);
        OBSERVERS.with_borrow_mut(|observers| {
            observers.push(Entry {
                id,
                paths: Rc::clone(&paths),
                reload,
            });
        });
        on_cleanup(move || {
            OBSERVERS.with_borrow_mut(|observers| observers.retain(|entry| entry.id != id));
        });
        Self {
            latest: Latest::new(),
            paths: StoredValue::new_local(paths),
            reload,
        }
    }
    /// Makes the running effect run again when the data is invalidated.
    pub fn track(self) {
        self.reload.track();
    }
    /// Loads again.
    pub fn reload(self) {
        bump(self.reload);
    }
    /// Runs work that loads data, instead of the work under way.
    pub fn run(self, work: Task<()>) {
        let Some(paths) = self.paths.try_get_value() else {
            return;
        };
        paths.borrow_mut().clear();
        self.latest.run(Box::pin(Recorded { work, paths }));
    }
}

/// Runs work that loads data: now, whenever a signal that `load` reads changes, and whenever the data is
/// invalidated. Newer work replaces older work.
pub(crate) fn follow(load: impl Fn() -> Task<()> + 'static) -> Observer {
    let (observer, load): (_, Box<dyn Fn() -> Task<()>>) = (Observer::new(), Box::new(load));
    Effect::new(move |_| {
        observer.track();
        observer.run(load());
    });
    observer
}

/// Loads again what the open pages have read under a path, such as `/v1/orders` for all orders and everything about
/// them.
pub fn invalidate(path: &str) {
    expire();
    let is_under = |read: &String| {
        let rest = read.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    };
    let affected: Vec<RwSignal<u32>> = OBSERVERS.with_borrow(|observers| {
        let affected = observers
            .iter()
            .filter(|entry| entry.paths.borrow().iter().any(is_under));
        affected.map(|entry| entry.reload).collect()
    });
    affected.into_iter().for_each(bump);
}

fn bump(reload: RwSignal<u32>) {
    let _ = reload.try_update(|count| *count = count.wrapping_add(1));
}

#[cfg(test)]
mod tests;
