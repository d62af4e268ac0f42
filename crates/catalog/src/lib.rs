//! The catalog: plans, prices, price lists and promotions.

pub mod plans;
pub mod price_lists;
pub mod pricing;
pub mod promotions;

use platform::jobs::Worker;
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes of the section.
pub fn mount(config: &mut ServiceConfig<'_>) {
    plans::mount(config);
    price_lists::mount(config);
    pricing::mount(config);
    promotions::mount(config);
}

/// Registers the jobs of the section.
pub fn jobs(worker: Worker) -> Worker {
    worker
        .with::<price_lists::SyncCatalogOf>()
        .with::<price_lists::SyncDueCatalogs>()
}
