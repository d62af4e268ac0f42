//! Keyboard shortcuts and commands of the current page. The page that bound a key last gets it, until that page is
//! removed.

use crate::{dom, ui::Icon};
use leptos::{ev, prelude::*};
use std::{cell::RefCell, sync::Arc};

/// The effect of a shortcut or of a line of the command palette.
pub(crate) type Run = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Bound {
    id: u32,
    key: Option<&'static str>,
    text: String,
    icon: Option<Icon>,
    run: Run,
    /// Whether the palette offers it. A key that acts on the focused row is not offered.
    offered: bool,
}

/// A command that the page offers, with its shortcut.
#[derive(Clone)]
pub(crate) struct Offer {
    pub text: String,
    pub icon: Option<Icon>,
    pub key: Option<&'static str>,
    pub run: Run,
}

thread_local! { static KEYS: RefCell<Vec<Bound>> = const { RefCell::new(Vec::new()) }; }

/// Binds a key, such as `/` or `e`, until the current view is removed. The help dialog lists it, and the palette
/// offers it.
pub fn on_key(key: &'static str, text: &'static str, run: impl Fn() + Send + Sync + 'static) {
    bind(Some(key), text.to_owned(), None, true, Arc::new(run));
}

/// Binds a key that acts on the focused row: the help dialog lists it, the palette does not.
pub(crate) fn on_row_key(
    key: &'static str,
    text: &'static str,
    run: impl Fn() + Send + Sync + 'static,
) {
    bind(Some(key), text.to_owned(), None, false, Arc::new(run));
}

/// Offers a button of the page in the palette until the current view is removed.
pub(crate) fn offer(
    text: impl Into<String>,
    icon: Option<Icon>,
    run: impl Fn() + Send + Sync + 'static,
) {
    bind(None, text.into(), icon, true, Arc::new(run));
}

fn bind(key: Option<&'static str>, text: String, icon: Option<Icon>, offered: bool, run: Run) {
    let id = KEYS.with_borrow_mut(|keys| {
        let last = keys.iter().map(|bound| bound.id).max().unwrap_or(0);
        let id = last.wrapping_add(1);
        keys.push(Bound {
            id,
            key,
            text,
            icon,
            run,
            offered,
        });
        id
    });
    on_cleanup(move || KEYS.with_borrow_mut(|keys| keys.retain(|bound| bound.id != id)));
}

/// Returns every bound key with its description.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    KEYS.with_borrow(|keys| {
        keys.iter()
            .filter_map(|bound| Some((bound.key?, bound.text.clone())))
            .collect()
    })
}

/// Returns the commands of the page: first its buttons, then its keys, newest first.
pub(crate) fn offers() -> Vec<Offer> {
    let offered =
        |with_key: bool| move |bound: &&Bound| bound.offered && bound.key.is_some() == with_key;
    let as_offer = |bound: &Bound| Offer {
        text: bound.text.clone(),
        icon: bound.icon,
        key: bound.key,
        run: Arc::clone(&bound.run),
    };
    KEYS.with_borrow(|keys| {
        let buttons = keys.iter().filter(offered(false));
        let keys = keys.iter().rev().filter(offered(true));
        buttons.chain(keys).map(as_offer).collect()
    })
}

/// Starts to listen for keys. The shell calls it once.
pub(crate) fn listen() {
    const TYPING: &str =
        "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
    const PRESSING: &str = "a, button, summary, [role=menuitem], [role=option], .panel";
    let handle = window_event_listener(ev::keydown, move |event| {
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        if modified
            || event.default_prevented()
            || dom::has_dialog()
            || dom::is_within(event.target(), TYPING)
        {
            return;
        }
        let key = event.key();
        if matches!(key.as_str(), "Enter" | " ") && dom::is_within(event.target(), PRESSING) {
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
