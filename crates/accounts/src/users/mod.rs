//! Customers and staff. Names, email addresses and phone numbers are sealed when written, found by blind search tokens, and
//! opened or masked when read.

pub mod jobs;
pub(crate) mod personal_data;
pub(crate) mod query;
pub(crate) mod routes;
pub(crate) mod rules;

pub use rules::{email_hash, insert_staff, register_sender};
