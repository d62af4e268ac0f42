//! eSIM profiles: the stock, the owners, and the data bundles on the eSIMs.

pub mod bundles;
pub mod inventory;
mod personal_data;

use platform::people::PersonalData;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes of the section. Literal paths come before paths with an id.
pub fn mount(config: &mut ServiceConfig<'_>) {
    inventory::routes::mount(config);
}

/// Registers the jobs of the section on the worker. The section has no jobs.
pub fn jobs(worker: platform::jobs::Worker) -> platform::jobs::Worker {
    worker
}

/// Returns the personal data of the section.
pub fn personal_data() -> Vec<PersonalData> {
    vec![personal_data::PERSONAL_DATA]
}
