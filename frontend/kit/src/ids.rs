//! Unique identifiers.

/// Returns a new random UUID, such as for an idempotency key.
pub fn uuid() -> String {
    let mut bytes = [0_u8; 16];
    // Not `randomUUID`: browsers do not provide it on plain HTTP.
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// Returns an id for an element of the page, different on every call.
pub fn element_id(stem: &str) -> String {
    thread_local! { static LAST: std::cell::Cell<u32> = const { std::cell::Cell::new(0) } }
    let next = LAST.get().wrapping_add(1);
    LAST.set(next);
    format!("{stem}-{next}")
}
