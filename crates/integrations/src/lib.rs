//! Providers of eSIMs: their offers, the requests to them, and webhooks.

pub mod allocations;
pub mod health;
pub mod providers;
pub mod routing;
pub mod runs;
pub mod twilio;
pub mod webhooks;

use platform::jobs::Worker;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the section's routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    providers::mount(config);
    allocations::mount(config);
    health::mount(config);
    routing::mount(config);
    runs::mount(config);
    twilio::mount(config);
    webhooks::mount(config);
}

/// Registers the jobs of the section.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<providers::TestProvider>()
        .with::<twilio::TestTwilio>()
}
