//! Many prices changed at once: shown before, set together, and taken back together.

mod query;
mod routes;
mod rules;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::show)
        .service(routes::undo);
}
