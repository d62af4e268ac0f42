//! The encryption keys: which key seals which values, and the rotation to a new key.
//!
//! Rotation writes columns of every section, although a section otherwise writes its own tables only. It changes the
//! encryption of a value and never its content, must miss no column, and is the same for every section. So one list names
//! the columns, and a test compares the list with the database.

pub mod columns;
mod query;
pub mod rotation;
pub(crate) mod routes;
mod rules;

pub use rules::show;
