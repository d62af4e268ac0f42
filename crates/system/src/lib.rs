//! The system itself: what it did, and what keeps it in order.

pub mod audit;
pub mod upkeep;

pub use upkeep::jobs::Housekeeping;

use platform::jobs::Worker;
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    audit::routes::mount(config);
}

/// Adds the jobs that this section does.
pub fn jobs(worker: Worker) -> Worker {
    worker.with::<Housekeeping>()
}
