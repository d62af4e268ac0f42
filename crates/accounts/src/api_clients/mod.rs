//! API clients of integrators: their scopes, allowed networks and API keys. A key is returned only once, when it is created;
//! `platform::auth` authenticates it by its digest.

mod query;
mod routes;
mod rules;

pub(crate) use query::created_by;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::show)
        .service(routes::edit)
        .service(routes::rotate)
        .service(routes::revoke);
}
