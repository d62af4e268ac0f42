//! Prices of plans, each for a region, a currency and a period. [`quote`] is the only function that chooses the price
//! of a plan; every sale calls it.

mod changes;
mod query;
mod routes;
mod rules;

pub(crate) use query::{GlobalPrice, current_global_prices, replace_global_prices};
pub use rules::quote;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    changes::mount(config);
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::quote)
        .service(routes::explain);
    config
        .service(routes::create)
        .service(routes::show)
        .service(routes::edit)
        .service(routes::remove);
}
