//! Work that repeats while a view is shown.

use super::{Latest, Poller, refetch_every};
use crate::{Task, task};
use leptos::prelude::*;
use std::time::Duration;

/// Repeats work until the current view is removed: now, and ten seconds after each end. It pauses while the tab is
/// hidden.
pub fn repeat(work: impl Fn() -> Task<()> + 'static) {
    let poller = StoredValue::new_local(None::<Poller>);
    let latest = Latest::new();
    let work = std::rc::Rc::new(work);
    let run = move || {
        let work = work();
        latest.run(task(async move {
            work.await;
            if let Some(Some(poller)) = poller.try_get_value() {
                poller.next();
            }
        }));
    };
    let first = run.clone();
    poller.set_value(Some(refetch_every(|_| Duration::from_secs(10), run)));
    first();
}
