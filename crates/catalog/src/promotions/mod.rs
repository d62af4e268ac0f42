//! Promotions: codes that make an order cheaper. Whoever sells takes a use of one with the order, completes it with
//! the payment, and gives it back when there will be none; [`check`] says beforehand why a code does not apply.

mod query;
mod routes;
mod rules;

pub use rules::{Completion, Purchase, Taken, complete, hold, judge, release, take};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::generate)
        .service(routes::check)
        .service(routes::uses::list)
        .service(routes::uses::export);
    config
        .service(routes::create)
        .service(routes::effect)
        .service(routes::show)
        .service(routes::edit)
        .service(routes::remove)
        .service(routes::restore);
}
