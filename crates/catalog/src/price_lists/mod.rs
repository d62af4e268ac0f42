//! Providers' price lists, compared with what we sell before anything of them is published.

mod query;
mod routes;
mod rules;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::show)
        .service(routes::publish)
        .service(routes::discard);
}
