//! Provisioning: who is asked for an eSIM, what was asked, and what came of it.
//!
//! Every request that may cost money is written down with our own reference before it goes out, and there is at
//! most one per unit whose outcome is open.

mod query;
mod routes;

pub use query::{
    Candidate, CandidateQuery, LiveAttempt, Unit, advance, allocate, answer, ask_again, bought,
    candidate, is_bought, live, lock, open, queue, release, reopen, reverse, units, waiting,
};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::list).service(routes::export);
}
