//! Plans: so much data, for so many days, in these places. Staff build them by hand or from a provider's price
//! list; a customer sees those that can be bought now.

mod query;
mod routes;
pub(crate) mod rules;

pub use query::{find, hold};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::import)
        .service(routes::bulk)
        .service(routes::sheet_import);
    config
        .service(routes::create)
        .service(routes::show)
        .service(routes::edit)
        .service(routes::remove)
        .service(routes::restore)
        .service(routes::duplicate);
}
