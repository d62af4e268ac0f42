//! eSIM profiles: the stock, whose they are, and the packages of data on them.

pub mod bundles;
pub mod inventory;
mod keeper;

use platform::people::Keeper;
use utoipa_actix_web::service_config::ServiceConfig;

/// Puts the section's handlers in their places. Literal paths come before those with an id in them.
pub fn mount(config: &mut ServiceConfig<'_>) {
    inventory::routes::mount(config);
}

/// Teaches the worker this section's jobs; so far it has none of its own.
pub fn jobs(worker: platform::jobs::Worker) -> platform::jobs::Worker {
    worker
}

/// What keeps people's data in this section.
pub fn keepers() -> Vec<Keeper> {
    vec![keeper::KEEPER]
}
