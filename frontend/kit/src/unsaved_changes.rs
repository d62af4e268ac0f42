//! Unsaved changes: the panel asks before the user leaves a page that holds them.

use crate::{
    route::go,
    task,
    ui::dialog::{Question, Reason, ask},
};
use leptos::{ev, prelude::*};
use leptos_router::{hooks::use_location, location::Location};
use std::{cell::RefCell, sync::Arc};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

type Dirty = Arc<dyn Fn() -> bool + Send + Sync>;

thread_local! {
    static DIRTY: RefCell<Option<Dirty>> = const { RefCell::new(None) };
    /// The address of the protected page, to restore it when the user presses the back button.
    static HERE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Protects the current view against leaving until it is removed.
pub fn protect(dirty: impl Fn() -> bool + Send + Sync + 'static) {
    DIRTY.set(Some(Arc::new(dirty)));
    HERE.set(address());
    on_cleanup(release);
}

/// Ends the protection: the work was saved, or the user discards it.
pub(crate) fn release() {
    DIRTY.take();
}

pub(crate) fn is_dirty() -> bool {
    // Cloned first: the check may read signals and must not find the cell borrowed.
    let dirty = DIRTY.with_borrow(Clone::clone);
    dirty.is_some_and(|dirty| dirty())
}

/// Asks the user whether to discard the work, and continues if the answer is yes.
pub(crate) fn confirm(next: impl Fn() + Send + Sync + 'static) {
    let next = Arc::new(next);
    ask(Question {
        title: "Leave without saving?".to_owned(),
        text: "Your changes on this page will be lost.".to_owned(),
        verb: "Leave".to_owned(),
        danger: true,
        reason: Reason::None,
        run: Arc::new(move |_| {
            let next = next.clone();
            task(async move {
                release();
                next();
                Ok(())
            })
        }),
    });
}

/// Watches every way out: links, the back button, closing the tab. The panel calls it once, before the router
/// listens.
pub(crate) fn watch() {
    let closing = window_event_listener(ev::beforeunload, |event| {
        if is_dirty() {
            event.prevent_default();
        }
    });
    on_cleanup(move || closing.remove());
    capture("click", |event| {
        let Some(event) = event.dyn_ref::<web_sys::MouseEvent>() else {
            return;
        };
        let plain = event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .and_then(|target| target.closest("a[href]").ok().flatten());
        let Some(href) = link
            .filter(|link| !link.has_attribute("target"))
            .and_then(|link| link.get_attribute("href"))
        else {
            return;
        };
        if plain && href.starts_with('/') && is_dirty() {
            event.prevent_default();
            event.stop_immediate_propagation();
            confirm(move || go(&href));
        }
    });
    capture("popstate", |event| {
        if !is_dirty() {
            return;
        }
        event.stop_immediate_propagation();
        let Some(history) = web_sys::window().and_then(|window| window.history().ok()) else {
            return;
        };
        // The browser has already moved: restore the address of the page.
        let here = HERE.with_borrow(Clone::clone);
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&here));
        confirm(|| {
            if let Some(history) = web_sys::window().and_then(|window| window.history().ok()) {
                let _ = history.back();
            }
        });
    });
}

/// Returns the address of the router. The address bar follows it only after the screen of a link is drawn.
fn address() -> String {
    let Location {
        pathname, search, ..
    } = use_location();
    let (path, search) = (pathname.get_untracked(), search.get_untracked());
    if search.is_empty() {
        path
    } else {
        format!("{path}?{search}")
    }
}

/// Listens in the capture phase, before every other listener.
fn capture(name: &str, run: impl Fn(web_sys::Event) + 'static) {
    let listener = Closure::<dyn Fn(web_sys::Event)>::new(run);
    let _ = window().add_event_listener_with_callback_and_bool(
        name,
        listener.as_ref().unchecked_ref(),
        true,
    );
    // The listener exists for as long as the panel runs.
    listener.forget();
}
