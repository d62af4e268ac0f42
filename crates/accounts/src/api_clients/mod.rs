//! Integrators' programs: what each may do, where it may call from, and the keys that it calls with. A key is shown
//! once, when it is made; `platform::auth` recognises it by its digest.

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
