//! What providers offer for our plans. The import of their price lists keeps it;
//! [`crate::allocations`] asks it who can supply an eSIM, in which order.

mod query;
mod routes;
mod rules;

pub use query::{Stated, minimum, put, switch_off};

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
