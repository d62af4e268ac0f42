//! Providers of eSIMs: their offers, the requests to them, and webhooks.

pub mod allocations;
pub mod health;
pub mod providers;
pub mod routing;
pub mod webhooks;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the section's routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    providers::mount(config);
    allocations::mount(config);
    health::mount(config);
    routing::mount(config);
}
