//! Keys that act on the whole page, and what else the page offers to do. The last page to ask for a key gets it, for
//! as long as it stands.

use crate::{dom, ui::Icon};
use leptos::{ev, prelude::*};
use std::{cell::RefCell, sync::Arc};

/// What a key does, or a line of the palette.
pub(crate) type Run = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Bound {
    id: u32,
    key: Option<&'static str>,
    says: String,
    sign: Option<Icon>,
    run: Run,
    /// Whether it means something to who does not look at the row of the keyboard.
    offered: bool,
}

/// Something that the page offers to do, and its key.
#[derive(Clone)]
pub(crate) struct Offer {
    pub says: String,
    pub sign: Option<Icon>,
    pub key: Option<&'static str>,
    pub run: Run,
}

thread_local! { static KEYS: RefCell<Vec<Bound>> = const { RefCell::new(Vec::new()) }; }

/// Binds a key, such as `/` or `e`, for as long as the current view stands. The help window lists what it says, and the
/// palette offers it.
pub fn on_key(key: &'static str, says: &'static str, run: impl Fn() + Send + Sync + 'static) {
    bind(Some(key), says.to_owned(), None, true, Arc::new(run));
}

/// Binds a key that acts on the row of the keyboard: the help window lists it, the palette does not.
pub(crate) fn on_row_key(
    key: &'static str,
    says: &'static str,
    run: impl Fn() + Send + Sync + 'static,
) {
    bind(Some(key), says.to_owned(), None, false, Arc::new(run));
}

/// Offers in the palette what a button of the page does, for as long as the current view stands.
pub(crate) fn offer(
    says: impl Into<String>,
    sign: Option<Icon>,
    run: impl Fn() + Send + Sync + 'static,
) {
    bind(None, says.into(), sign, true, Arc::new(run));
}

fn bind(key: Option<&'static str>, says: String, sign: Option<Icon>, offered: bool, run: Run) {
    let id = KEYS.with_borrow_mut(|keys| {
        let last = keys.iter().map(|bound| bound.id).max().unwrap_or(0);
        let id = last.wrapping_add(1);
        keys.push(Bound {
            id,
            key,
            says,
            sign,
            run,
            offered,
        });
        id
    });
    on_cleanup(move || KEYS.with_borrow_mut(|keys| keys.retain(|bound| bound.id != id)));
}

/// Every key that acts now, and what it does.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    KEYS.with_borrow(|keys| {
        keys.iter()
            .filter_map(|bound| Some((bound.key?, bound.says.clone())))
            .collect()
    })
}

/// What the page offers now: first its buttons, then its keys, the page's own before those of every page.
pub(crate) fn offers() -> Vec<Offer> {
    let offered =
        |with_key: bool| move |bound: &&Bound| bound.offered && bound.key.is_some() == with_key;
    let as_offer = |bound: &Bound| Offer {
        says: bound.says.clone(),
        sign: bound.sign,
        key: bound.key,
        run: Arc::clone(&bound.run),
    };
    KEYS.with_borrow(|keys| {
        let buttons = keys.iter().filter(offered(false));
        let keys = keys.iter().rev().filter(offered(true));
        buttons.chain(keys).map(as_offer).collect()
    })
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
        let bound = KEYS.with_borrow(|keys| {
            let of_key = |bound: &&Bound| bound.key == Some(key.as_str());
            keys.iter().rev().find(of_key).cloned()
        });
        if let Some(bound) = bound {
            event.prevent_default();
            (bound.run)();
        }
    });
    on_cleanup(move || handle.remove());
}
