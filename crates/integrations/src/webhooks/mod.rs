//! Receipts of the webhooks that came in: kept whether they were believed or not, each event once.

mod query;

pub use query::{applied, ignored, keep, reject};
