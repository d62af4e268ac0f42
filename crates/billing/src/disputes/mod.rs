//! Payments that customers' banks take back: heard from the gateway, shown with their deadline and with what answers them.

mod evidence;
mod query;
mod routes;
mod rules;

pub use rules::heard;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::show)
        .service(routes::evidence);
}
