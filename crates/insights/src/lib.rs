//! What is in the system, found and counted. It reads every table and writes none of anybody else's.

mod keeper;
pub mod search;

use platform::people::Keeper;
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    search::routes::mount(config);
}

/// What keeps people's data in this section.
pub fn keepers() -> Vec<Keeper> {
    vec![keeper::KEEPER]
}
