//! Customers and staff: their accounts, sign-in, identity documents, and the API clients of integrators.

mod api_clients;
pub mod kyc;
pub mod sessions;
pub mod users;

pub use kyc::jobs::CleanUpKycFiles;
pub use sessions::jobs::DeleteExpiredSessions;
pub use users::jobs::Reindex;

use platform::{jobs::Worker, people::PersonalData, settings::Watcher};
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    sessions::routes::mount(config);
    users::routes::mount(config);
    kyc::routes::mount(config);
    api_clients::mount(config);
}

/// Registers this section's jobs.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<DeleteExpiredSessions>()
        .with::<sessions::jobs::SendPasswordLink>()
        .with::<kyc::jobs::DeleteFile>()
        .with::<kyc::jobs::Reseal>()
        .with::<kyc::jobs::Reassess>()
        .with::<CleanUpKycFiles>()
        .with::<Reindex>()
}

/// Returns this section's watchers of settings.
pub fn watchers() -> Vec<Watcher> {
    vec![kyc::WATCHER]
}

/// Returns this section's sources of personal data: what it exports and erases of a person.
pub fn personal_data() -> Vec<PersonalData> {
    vec![
        users::personal_data::PERSONAL_DATA,
        kyc::personal_data::PERSONAL_DATA,
    ]
}
