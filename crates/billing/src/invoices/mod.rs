//! Invoices and credit notes: numbered without a gap, never changed, drawn as PDF on request.

mod document;
mod jobs;
mod query;
mod routes;
mod rules;

pub use document::Seller;
pub use jobs::{Credit, Issue};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::show)
        .service(routes::pdf)
        .service(routes::credit_notes::list)
        .service(routes::credit_notes::export)
        .service(routes::credit_notes::pdf);
}
