//! Operations on eSIMs: suspend, resume, cancel and refresh.
//!
//! An operation is stored before its provider is called. When the answer of a change is missing, the next run looks up the
//! state of the eSIM at the provider, and does not assume an outcome. The state of the eSIM changes only with the outcome.

mod bulk;
mod jobs;
mod query;
mod refresh;
pub(crate) mod routes;
mod rules;
mod supplier;

pub use jobs::{FollowUpOperations, RefreshEsim, RunOperation};
pub(crate) use query::{has_open_topup, recyclable};
pub use rules::{OperationRequest, request};
