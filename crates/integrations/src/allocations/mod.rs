//! Provisioning: stores the requests to providers and their outcomes.
//!
//! Every request that may cost money is stored with our own reference before it is sent, and at most one request per unit
//! has an open outcome.

mod query;
mod routes;

pub use query::{
    Receipt, SentAttempt, Unit, advance, allocate, begin_check, count_attempts, due_checks,
    due_lookups, find_reported, find_unit, has_real_provider, known_orders, lock, open_attempt,
    overdue_units, queue, record_attempt, record_end, record_late, record_missing,
    record_order_ref, record_outcome, record_resend, record_routing, record_unreached,
    record_usage, record_without_effect, release, reopen, reverse, schedule_lookup, show,
    successful_attempt, units,
};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::allocated::list)
        .service(routes::allocated::export);
}
