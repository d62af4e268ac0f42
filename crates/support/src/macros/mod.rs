//! Macros: prepared replies with actions, some of them on the records of other sections.

mod query;
pub(crate) mod routes;
mod rules;
mod run;
