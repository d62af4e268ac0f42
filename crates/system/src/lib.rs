//! The system itself: what it did, and what keeps it in order.

mod keeper;
pub mod audit;
pub mod settings;
pub mod upkeep;
pub mod views;

pub use upkeep::jobs::Housekeeping;

use platform::{jobs::Worker, people::Keeper};
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    settings::routes::mount(config);
    audit::routes::mount(config);
    views::routes::mount(config);
}

/// Adds the jobs that this section does.
pub fn jobs(worker: Worker) -> Worker {
    worker.with::<Housekeeping>()
}

/// What keeps people's data in this section.
pub fn keepers() -> Vec<Keeper> {
    vec![keeper::KEEPER]
}
