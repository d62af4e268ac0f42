//! Customers and staff. What names a person is sealed as it enters the table, found by blind tokens, and opened
//! or masked as it leaves.

pub mod jobs;
pub(crate) mod keeper;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod rules;

pub use rules::insert_staff;
