//! Data bundles on an eSIM, one per ordered unit. The order and the unit are the key of a bundle, so repeated
//! provisioning does not add a second one.

mod query;
mod reported;
mod rules;
pub mod topups;
mod validity;

pub use query::{cancel, cancel_all, has_running, provider_refs};
pub use reported::{ReportedBundle, apply_reported};
pub use rules::{NewBundle, open};
pub use validity::{note_first_use, note_installation};

pub(crate) use query::set_expiry;
pub(crate) use validity::Period;
