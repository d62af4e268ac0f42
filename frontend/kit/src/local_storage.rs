//! Preferences that this browser stores between visits, never secrets.

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok()?
}

/// Returns a stored value.
pub fn get(name: &str) -> Option<String> {
    storage()?.get_item(name).ok()?
}

/// Stores a value. A browser that refuses is not an error: the preference ends with the visit.
pub fn set(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, value);
    }
}
