//! Provisioning: selects the provider of an eSIM, and stores the requests to providers and their outcomes.
//!
//! Every request that may cost money is stored with our own reference before it is sent, and at most one request per unit
//! has an open outcome.

mod query;
mod routes;

pub use query::{
    Candidate, CandidateQuery, Receipt, SentAttempt, Unit, advance, allocate, due_lookups,
    has_real_provider, known_orders, lock, next_candidate, open_attempt, queue, record_attempt,
    record_order_ref, record_outcome, record_usage, release, reopen, reverse, schedule_lookup,
    successful_attempt, units,
};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::list).service(routes::export);
}
