//! Price lists of providers: imported directly, or compared with the catalog and then published.

mod import;
mod query;
mod routes;
mod rules;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::import)
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::show)
        .service(routes::publish)
        .service(routes::discard);
}
