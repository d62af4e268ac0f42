//! Claims on providers: charges for eSIMs whose payment was refunded.

pub(crate) mod query;
mod routes;
mod rules;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::accept)
        .service(routes::reject);
}
