//! Data bundles on an eSIM, one per ordered unit. The order and the unit are the key of a bundle, so repeated
//! provisioning does not add a second one.

mod query;
mod rules;
pub mod topups;

pub use query::{cancel, provider_refs};
pub use rules::{NewBundle, open};
