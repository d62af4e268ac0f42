//! Key presses on elements of the page.

use crate::harness::{Page, pause};
use leptos::prelude::document;
use web_sys::{EventInit, KeyboardEvent, KeyboardEventInit};

impl Page {
    /// Presses a key, optionally with Ctrl.
    pub async fn key(&self, selector: &str, key: &str, ctrl: bool) {
        let options = pressed(key);
        options.set_ctrl_key(ctrl);
        self.send(selector, &options).await;
    }
    /// Presses a key with Alt.
    pub async fn alt_key(&self, selector: &str, key: &str) {
        let options = pressed(key);
        options.set_alt_key(true);
        self.send(selector, &options).await;
    }
    async fn send(&self, selector: &str, options: &KeyboardEventInit) {
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", options).unwrap();
        self.find(selector).await.dispatch_event(&event).unwrap();
        pause(20).await;
    }
    /// Sends a `change` event to a control.
    pub async fn changed(&self, selector: &str) {
        let options = EventInit::new();
        options.set_bubbles(true);
        let event = web_sys::Event::new_with_event_init_dict("change", &options).unwrap();
        self.find(selector).await.dispatch_event(&event).unwrap();
        pause(20).await;
    }
}

fn pressed(key: &str) -> KeyboardEventInit {
    assert!(document().has_focus().unwrap_or(true), "keys go somewhere");
    let options = KeyboardEventInit::new();
    options.set_bubbles(true);
    options.set_cancelable(true);
    options.set_key(key);
    options
}
