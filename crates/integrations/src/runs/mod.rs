//! Requested calls to a provider: tests, balances, catalogs and eSIMs. A run is a row that a person polls and a job fills.

mod query;
mod routes;
mod rules;

pub use query::{find, last, purge};
pub use rules::{RunOutcome, RunSubject, begin, finish, progress, start};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::show);
}
