//! Every test that needs a database, a server or a browser, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "a test that cannot be set up has failed"
)]

mod accounts;
mod billing;
mod browser;
mod catalog;
mod contract;
mod esims;
mod flows;
mod harness;
mod insights;
mod integrations;
mod messaging;
mod support;
mod system;
