//! Browser tests of the kit, against an API of canned answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up has failed"
)]
#![cfg(target_arch = "wasm32")]

mod form;
mod harness;
mod keyboard;
mod list;
mod palette;
mod query;
mod session;
mod views;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
