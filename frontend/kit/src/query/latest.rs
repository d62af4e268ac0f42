//! Work of which only the last one counts.

use crate::Task;
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
    task::Poll,
};

/// Runs one piece of work at a time. New work, or the end of the owner, drops the work that is under way, which
/// aborts its requests: an older answer cannot arrive after a newer one.
#[derive(Clone, Copy)]
pub(crate) struct Latest(StoredValue<Option<Guard>, LocalStorage>);

/// Work under way. It is dropped with its guard.
struct Guard(Rc<Slot>);

struct Slot {
    work: RefCell<Option<Task<()>>>,
    is_live: Cell<bool>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.is_live.set(false);
        drop(self.0.work.take());
    }
}

impl Latest {
    /// Makes a runner for the current owner.
    pub fn new() -> Self {
        Self(StoredValue::new_local(None))
    }
    /// Drops the work under way and starts other work.
    pub fn run(self, work: Task<()>) {
        let slot = Rc::new(Slot {
            work: RefCell::new(Some(work)),
            is_live: Cell::new(true),
        });
        let guard = Guard(Rc::clone(&slot));
        // Outside the update, because dropping the work before may reach other stored values. Without an owner
        // nothing runs.
        let Some(before) = self.0.try_update_value(|current| current.replace(guard)) else {
            return;
        };
        drop(before);
        wasm_bindgen_futures::spawn_local(poll_fn(move |context| {
            // Not borrowed while it runs: the work may start its own successor.
            let Some(mut work) = slot.work.take() else {
                return Poll::Ready(());
            };
            let poll = work.as_mut().poll(context);
            if poll.is_pending() && slot.is_live.get() {
                slot.work.replace(Some(work));
                return Poll::Pending;
            }
            Poll::Ready(())
        }));
    }
    /// Drops the work under way.
    pub fn stop(self) {
        drop(self.0.try_update_value(Option::take));
    }
}
