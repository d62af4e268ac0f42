//! Emails to customers and staff, and their delivery status.

pub mod emails;
pub mod notifications;
mod personal_data;
pub mod qr;

pub use notifications::jobs::Outbox;

use platform::{jobs::Worker, people::PersonalData};
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    notifications::routes::mount(config);
    notifications::inbox::routes::mount(config);
}

/// Adds this section's jobs to the worker.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<notifications::jobs::SendNotification>()
        .with::<Outbox>()
}

/// Returns the personal data that this section stores, to be exported and erased.
pub fn personal_data() -> Vec<PersonalData> {
    vec![personal_data::PERSONAL_DATA]
}
