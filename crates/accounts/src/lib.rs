//! People and how they sign in.

mod api_clients;
pub mod kyc;
pub mod sessions;
pub mod users;

pub use kyc::jobs::Sweep;
pub use sessions::jobs::Tidy;
pub use users::jobs::Reindex;

use platform::{jobs::Worker, people::Keeper, settings::Watcher};
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    sessions::routes::mount(config);
    users::routes::mount(config);
    kyc::routes::mount(config);
    api_clients::mount(config);
}

/// Adds the jobs that this section does.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<Tidy>()
        .with::<sessions::jobs::SendPasswordLink>()
        .with::<kyc::jobs::Forget>()
        .with::<kyc::jobs::Reseal>()
        .with::<kyc::jobs::Reassess>()
        .with::<Sweep>()
        .with::<Reindex>()
}

/// Returns this section's watchers of settings.
pub fn watchers() -> Vec<Watcher> {
    vec![kyc::WATCHER]
}

/// What keeps people's data in this section.
pub fn keepers() -> Vec<Keeper> {
    vec![users::keeper::KEEPER, kyc::keeper::KEEPER]
}
