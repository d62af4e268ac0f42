//! Search, dashboard, analytics and reports. This section reads the tables of every section, and writes its own tables only.

pub mod analytics;
mod dashboard;
mod figures;
mod personal_data;
pub mod rates;
pub mod reports;
pub mod search;

use platform::{jobs::Worker, people::PersonalData};
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    analytics::routes::mount(config);
    dashboard::routes::mount(config);
    rates::routes::mount(config);
    reports::routes::mount(config);
    search::routes::mount(config);
}

/// Registers the jobs of the section.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<analytics::CountEvents>()
        .with::<reports::MakeReports>()
}

/// Returns the personal data that this section stores, to be exported and erased.
pub fn personal_data() -> Vec<PersonalData> {
    vec![personal_data::PERSONAL_DATA]
}
