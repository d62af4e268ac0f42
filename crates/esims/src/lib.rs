//! eSIM profiles: the stock, the owners, the data bundles on the eSIMs, their expiry, and operations at the providers.

mod active;
pub mod bundles;
mod diagnosis;
pub mod expiry;
pub mod inventory;
pub mod operations;
mod personal_data;
mod reassign;
mod share;
pub mod stock;
pub mod usage;

pub use share::pages;

use platform::people::PersonalData;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes of the section. Literal paths come before paths with an id.
pub fn mount(config: &mut ServiceConfig<'_>) {
    operations::routes::mount(config);
    active::routes::mount(config);
    share::routes::mount(config);
    reassign::routes::mount(config);
    diagnosis::routes::mount(config);
    stock::routes::mount(config);
    usage::routes::mount(config);
    inventory::routes::mount(config);
}

/// Registers the jobs of the section on the worker.
pub fn jobs(worker: platform::jobs::Worker) -> platform::jobs::Worker {
    worker
        .with::<expiry::ConfirmExpired>()
        .with::<expiry::ExpireBundles>()
        .with::<expiry::RecycleExpired>()
        .with::<operations::FollowUpOperations>()
        .with::<operations::RefreshEsim>()
        .with::<operations::RunOperation>()
        .with::<stock::CheckStock>()
        .with::<usage::CleanUpUsage>()
        .with::<usage::PollProvider>()
        .with::<usage::PollUsage>()
        .with::<usage::RefreshMonitor>()
        .with::<usage::RemindOfExpiry>()
        .with::<usage::RollUpMonths>()
}

/// Returns the personal data of the section.
pub fn personal_data() -> Vec<PersonalData> {
    vec![personal_data::PERSONAL_DATA]
}
