//! What providers offer for our plans. The list is kept by the import of their price lists; whoever needs an eSIM asks
//! here who can supply it, in which order.

mod query;
mod routes;

pub use query::{NewOffer, Route, put, routes_for};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig) { config.service(routes::list).service(routes::export); }
