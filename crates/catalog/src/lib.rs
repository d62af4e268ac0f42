//! What is sold, and for how much.

pub mod plans;
pub mod price_lists;
pub mod pricing;
pub mod promotions;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the section's routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    plans::mount(config);
    price_lists::mount(config);
    pricing::mount(config);
    promotions::mount(config);
}
