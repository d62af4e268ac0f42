//! What was asked of providers for each ordered unit, and the data they allocated. Billing's provisioning drives it;
//! the rows are written before and after each call, never during one.

mod query;
mod routes;
mod rules;

pub use query::{Job, LiveAttempt, NewAllocation, allocate, find_job, jobs_of, live_attempt, lock_job};
pub use rules::{Outcome, Progress, Source, close_attempt, open_attempt, progress, queue_jobs, reference_of};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig) { config.service(routes::list).service(routes::export); }
