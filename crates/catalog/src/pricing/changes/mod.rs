//! Bulk price changes: previewed, applied in one transaction, and undone in one transaction.

mod query;
mod routes;
mod rules;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::show)
        .service(routes::undo);
}
