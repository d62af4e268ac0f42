//! Reconciliation: the hourly check of the books, and the resolution of cases.

mod check;
mod checks;
mod jobs;
mod query;
mod resolve;
mod routes;

pub use jobs::Check;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::check).service(routes::resolve);
}
