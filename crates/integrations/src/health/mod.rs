//! The health of providers: the outcome of every call of every process, the circuit breaker, and the switch that pauses a
//! provider.
//!
//! The state is in the database, so that all processes share it. Only orders open and close the circuit; other calls add to
//! the figures.

mod calls;
mod query;
mod routes;

pub use calls::{CALL_LIMIT, CallKind, call, pause_for_credentials};
pub use query::take_probe;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::health)
        .service(routes::impact)
        .service(routes::pause)
        .service(routes::resume);
}
