//! Diesel's table definitions for the migrated database.
//!
//! Only the names of the enums are written by hand: `cargo xtask schema` generates `tables.rs` from a migrated database,
//! and a test compares it with PostgreSQL's catalog. The crate depends on Diesel only, because all other crates wait
//! for it to compile.

pub mod sql_types;
#[rustfmt::skip]
#[expect(missing_docs, reason = "generated; the migrations say what a column is")]
mod tables;

pub use tables::*;
