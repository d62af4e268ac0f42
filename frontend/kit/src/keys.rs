//! Keys that act on the whole page. The last page to ask for a key gets it, for as long as it stands.

use crate::dom;
use leptos::{ev, prelude::*};
use std::{cell::RefCell, sync::Arc};

type Run = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Bound {
    id: u32,
    key: &'static str,
    says: &'static str,
    run: Run,
}

thread_local! { static KEYS: RefCell<Vec<Bound>> = const { RefCell::new(Vec::new()) }; }

/// Binds a key, such as `j` or `Enter`, for as long as the current view stands. The help window lists what it says.
pub fn on_key(key: &'static str, says: &'static str, run: impl Fn() + Send + Sync + 'static) {
    let id = KEYS.with_borrow_mut(|keys| {
        let id = keys
            .iter()
            .map(|bound| bound.id)
            .max()
            .unwrap_or(0)
            .wrapping_add(1);
        keys.push(Bound {
            id,
            key,
            says,
            run: Arc::new(run),
        });
        id
    });
    on_cleanup(move || KEYS.with_borrow_mut(|keys| keys.retain(|bound| bound.id != id)));
}

/// Every key that acts now, and what it does.
pub(crate) fn all() -> Vec<(&'static str, &'static str)> {
    KEYS.with_borrow(|keys| keys.iter().map(|bound| (bound.key, bound.says)).collect())
}

/// Begins to listen. To be called once, by the shell.
pub(crate) fn listen() {
    const TYPING: &str =
        "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
    const PRESSING: &str = "a, button, summary, [role=menuitem], [role=option], .panel";
    let handle = window_event_listener(ev::keydown, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        if modified
            || event.default_prevented()
            || dom::has_window()
            || dom::is_busy(event.target(), TYPING)
        {
            return;
        }
        let key = event.key();
        if matches!(key.as_str(), "Enter" | " ") && dom::is_busy(event.target(), PRESSING) {
            return;
        }
        let bound =
            KEYS.with_borrow(|keys| keys.iter().rev().find(|bound| bound.key == key).cloned());
        if let Some(bound) = bound {
            event.prevent_default();
            (bound.run)();
        }
    });
    on_cleanup(move || handle.remove());
}
