//! What we tell people, and whether it reached them.

mod keeper;
pub mod notifications;
pub mod qr;

pub use notifications::jobs::Outbox;

use platform::{jobs::Worker, people::Keeper};
use utoipa_actix_web::service_config::ServiceConfig;

/// Adds this section's operations to the API.
pub fn mount(config: &mut ServiceConfig<'_>) {
    notifications::routes::mount(config);
}

/// Adds the jobs that this section does.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<notifications::jobs::SendNotification>()
        .with::<Outbox>()
}

/// What keeps people's data in this section.
pub fn keepers() -> Vec<Keeper> {
    vec![keeper::KEEPER]
}
