//! Promotions: codes that give an order a discount. An order reserves a use of a code ([`reserve`]), completes it with
//! the payment ([`complete`]) and releases it when the order will not be paid ([`release`]). [`evaluate`] checks a code
//! beforehand without reserving a use.

mod query;
mod routes;
mod rules;

pub use rules::{
    Completion, Purchase, Reservation, complete, evaluate, record_reservation, release, reserve,
};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::generate)
        .service(routes::check)
        .service(routes::redemptions::list)
        .service(routes::redemptions::export);
    config
        .service(routes::create)
        .service(routes::effect)
        .service(routes::show)
        .service(routes::edit)
        .service(routes::remove)
        .service(routes::restore);
}
