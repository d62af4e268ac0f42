//! The router: chooses the provider of an ordered eSIM, and says why.

mod query;
mod routes;
mod rules;

pub use query::{Candidate, Limits, Wanted};
pub(crate) use query::{OfferColumns, ProviderColumns};
pub use rules::{Choice, choose};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::routing);
}
