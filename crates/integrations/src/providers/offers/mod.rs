//! Offers of providers for our plans. The import of price lists updates them, and [`crate::allocations`] selects the
//! provider of an eSIM from them.

mod query;
mod routes;
mod rules;

pub use query::{StatedOffer, deactivate, minimum_prices, upsert};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::order);
    config
        .service(routes::create)
        .service(routes::show)
        .service(routes::edit);
}
