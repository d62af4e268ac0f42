//! The health of providers: the outcome of every call of every process, the circuit breaker, and the switch that pauses a
//! provider.
//!
//! The state is in the database, so that all processes share it. Only orders open and close the circuit; other calls add to
//! the figures.

mod query;
mod routes;
mod rules;

pub use query::take_probe;
pub use rules::{CALL_LIMIT, CallKind, call, pause_for_credentials};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::show)
        .service(routes::impact)
        .service(routes::pause)
        .service(routes::resume);
}
