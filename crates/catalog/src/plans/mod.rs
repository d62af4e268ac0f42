//! Plans: an amount of data, valid for a number of days, in a set of regions. Staff create plans or import them from a
//! provider's price list; a customer sees the plans that are on sale.

mod query;
mod routes;
mod rules;

pub use query::{find, lock};
pub(crate) use query::{insert, update_terms};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
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
