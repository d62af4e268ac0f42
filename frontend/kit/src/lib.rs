//! Everything that two screens of the panel share: lists, forms, details, the shell around them, and the talk with
//! the API. It knows no business word; a screen describes itself with what is here and holds no `fetch`, no signal
//! and no look of its own.

pub mod api;
pub mod chance;
pub mod chart;
mod dom;
pub mod form;
pub mod format;
mod guard;
mod keys;
pub mod memory;
pub mod page;
pub mod route;
pub mod session;
pub mod shell;
pub mod table;
pub mod theme;
pub mod ui;

pub use keys::on_key;
pub use route::{Params, Screen, go};
pub use ui::toast;

/// Work that a page waits for. It stays in the browser's one thread.
pub type Task<T> = std::pin::Pin<Box<dyn Future<Output = T>>>;

/// Boxes a future, so that descriptions of screens need not name its type.
pub fn task<T>(work: impl Future<Output = T> + 'static) -> Task<T> {
    Box::pin(work)
}

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
