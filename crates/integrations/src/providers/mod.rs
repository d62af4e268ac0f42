//! Suppliers of eSIMs: their keys, their order and whether they are asked at all. Whoever needs an eSIM asks here who
//! can supply a plan, and gets what it takes to buy one.

pub mod offers;
mod query;
mod routes;
mod rules;

pub use query::lock;
pub use rules::lock_usable;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::show)
        .service(routes::edit)
        .service(routes::remove);
    offers::mount(config);
}
