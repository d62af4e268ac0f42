//! Operation of the system: settings, audit and access logs, encryption keys, saved views and housekeeping.

pub mod access;
pub mod audit;
pub mod housekeeping;
pub mod keys;
mod names;
mod personal_data;
pub mod settings;
pub mod views;

pub use audit::jobs::ExportHead;
pub use housekeeping::jobs::Housekeeping;

use platform::{jobs::Worker, people::PersonalData};
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    settings::routes::mount(config);
    access::routes::mount(config);
    audit::routes::mount(config);
    keys::routes::mount(config);
    views::routes::mount(config);
}

/// Adds this section's jobs to the worker.
pub fn jobs(worker: Worker) -> Worker {
    worker.with::<Housekeeping>().with::<ExportHead>()
}

/// Returns the personal data that this section stores, to be exported and erased.
pub fn personal_data() -> Vec<PersonalData> {
    vec![personal_data::PERSONAL_DATA]
}
