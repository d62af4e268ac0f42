//! The components that the screens of the panel share: lists, forms, detail pages, the shell around them, and the
//! API client. The kit contains no business terms. A screen describes itself with these components and holds no
//! `fetch`, no signal and no style.

pub mod api;
pub mod chart;
mod dom;
pub mod form;
pub mod format;
pub mod ids;
pub mod local_storage;
pub mod page;
pub mod query;
pub mod route;
pub mod session;
pub mod shell;
mod shortcuts;
pub mod table;
pub mod theme;
pub mod ui;
mod unsaved_changes;

pub use route::{Params, Screen, go};
pub use shortcuts::on_key;
pub use ui::toast;
pub use unsaved_changes::protect as protect_unsaved_changes;

/// A future that a page waits for. It runs on the browser's only thread.
pub type Task<T> = std::pin::Pin<Box<dyn Future<Output = T>>>;

/// Boxes a future, so that descriptions of screens need not name its type.
pub fn task<T>(work: impl Future<Output = T> + 'static) -> Task<T> {
    Box::pin(work)
}

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
