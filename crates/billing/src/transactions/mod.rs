//! Payments: the rows, their status and their timeline.
//!
//! A payment is believed because the gateway signed its event or a person confirmed it, never because a browser returned.

mod jobs;
pub(crate) mod query;
mod routes;
mod status;
mod timeline;

pub use jobs::{ClosePayment, ReportSimulatedOutcome};
pub use query::{NewPayment, is_paid, payment};
pub use status::{cancel, close_at_gateway, transition};

use platform::crypto::FieldContext;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::TransactionId;

/// Returns the context that the client secret of a payment is sealed for.
pub(crate) const fn secret_of<'a>(id: TransactionId) -> FieldContext<'a> {
    FieldContext::new("transactions", "client_secret", id.0)
}

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::show)
        .service(routes::timeline)
        .service(routes::receipts);
}
