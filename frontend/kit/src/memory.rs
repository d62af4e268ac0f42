//! What this browser remembers between visits: choices of taste, never anything secret.

fn store() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// What was remembered under a name.
pub fn recall(name: &str) -> Option<String> {
    store()?.get_item(name).ok()?
}

/// Remembers it. A browser that refuses is not an error: the choice just ends with the visit.
pub fn remember(name: &str, value: &str) {
    if let Some(store) = store() {
        let _ = store.set_item(name, value);
    }
}
