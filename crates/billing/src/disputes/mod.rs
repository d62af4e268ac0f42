//! Disputes: payments that customers' banks reverse. The gateway reports them; they are shown with their deadline and with
//! the evidence to submit.

mod evidence;
mod query;
mod routes;
mod rules;

pub use rules::handle_dispute_event;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::show)
        .service(routes::evidence);
}
