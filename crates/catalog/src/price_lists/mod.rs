//! Price lists of providers: imported directly, or compared with the catalog and then published.

mod import;
mod query;
mod routes;
mod rules;
mod sync;

pub use sync::{SyncCatalogOf, SyncDueCatalogs};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::import)
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(sync::routes::sync)
        .service(routes::show)
        .service(routes::publish)
        .service(routes::discard);
}
