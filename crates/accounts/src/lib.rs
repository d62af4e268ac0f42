//! People and how they sign in.

pub mod sessions;
pub mod users;

pub use sessions::jobs::Tidy;

use platform::jobs::Worker;
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    sessions::routes::mount(config);
    users::routes::mount(config);
}

/// Adds the jobs that this section does.
pub fn jobs(worker: Worker) -> Worker {
    worker.with::<Tidy>()
}
