//! Packages of data on an eSIM, one per ordered unit. A unit has one bundle however often its provisioning is
//! repeated, because the order and the unit are the key.

mod query;
mod rules;
pub mod topups;

pub use query::cancel;
pub use rules::{NewBundle, open};
