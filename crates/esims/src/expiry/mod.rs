//! The expiry of bundles and eSIMs.
//!
//! The time of the database decides alone. Each eSIM has a transaction of its own, in which its row is locked, so that any
//! number of workers may run, and one that dies leaves an eSIM either as it was or expired completely. A worker skips an eSIM
//! that another transaction has locked, such as a top-up: the next run finds it again, if it is still due.

mod jobs;
mod query;
mod rules;

pub use jobs::{ConfirmExpired, ExpireBundles, RecycleExpired};
