//! The sums of what came in and what went back: of days that are over as they were made, of today from the rows.

mod calendar;
mod jobs;
mod query;
mod routes;
mod rules;

pub use jobs::{MakeDay, MakeDays};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(routes::overview);
}
