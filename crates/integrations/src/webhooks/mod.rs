//! Receipts of incoming webhooks: each event once, and counts of those with invalid signatures.

mod query;

pub use query::{count_rejected, mark_applied, mark_ignored, record};
