//! The system itself: what it did, and what keeps it in order.

pub mod access;
pub mod audit;
mod keeper;
pub mod keys;
mod names;
pub mod settings;
pub mod upkeep;
pub mod views;

pub use audit::jobs::ExportHead;
pub use upkeep::jobs::Housekeeping;

use platform::{jobs::Worker, people::Keeper};
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    settings::routes::mount(config);
    access::routes::mount(config);
    audit::routes::mount(config);
    keys::routes::mount(config);
    views::routes::mount(config);
}

/// Adds the jobs that this section does.
pub fn jobs(worker: Worker) -> Worker {
    worker.with::<Housekeeping>().with::<ExportHead>()
}

/// What keeps people's data in this section.
pub fn keepers() -> Vec<Keeper> {
    vec![keeper::KEEPER]
}
