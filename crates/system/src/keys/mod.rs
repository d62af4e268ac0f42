//! The keys that values are sealed with: which seals what, and how everything comes under a new one.
//!
//! Rotation writes columns of every section, though a section otherwise writes its own tables only: it changes how
//! a value is sealed and never what it says, it must miss none, and no section would do it differently. So the
//! columns stand in one list, and a test compares that list with the database.

pub mod columns;
mod query;
pub mod rotation;
pub(crate) mod routes;
mod rules;

pub use rules::show;
