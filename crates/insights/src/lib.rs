//! Search and statistics. This section reads the tables of every section, and writes its own tables only.

mod personal_data;
pub mod search;

use platform::people::PersonalData;
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    search::routes::mount(config);
}

/// Returns the personal data that this section stores, to be exported and erased.
pub fn personal_data() -> Vec<PersonalData> {
    vec![personal_data::PERSONAL_DATA]
}
