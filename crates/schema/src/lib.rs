//! Diesel's view of the tables, as the migrations leave them.
//!
//! Nothing here is written by hand but the names of the enums: `tables.rs` is printed from a migrated database
//! (`cargo xtask schema`), and a test compares it with the catalogue. The crate depends on Diesel
//! alone, because everything above waits for it to compile.

pub mod sql_types;
#[rustfmt::skip]
#[expect(missing_docs, reason = "generated; the migrations say what a column is")]
mod tables;

pub use tables::*;
