//! What we tell people, and whether it reached them.

pub mod notifications;
pub mod qr;

pub use notifications::jobs::Outbox;

use platform::jobs::Worker;
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
