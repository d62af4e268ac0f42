//! The stock of eSIMs by plan and provider: how long it lasts, and when it is low.

mod jobs;
mod query;
pub(crate) mod routes;
mod rules;

pub use jobs::CheckStock;
