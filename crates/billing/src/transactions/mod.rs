//! Payments: opened at a gateway, settled by what the gateway tells, never by what a browser says.

mod jobs;
mod query;
mod routes;
mod rules;
mod timeline;

pub use jobs::{Close, Open, Simulate};
pub use query::{Due, is_paid, name_esim, payment};
pub use rules::{Settled, accept_received, cancel, close, free, open, refund_received, settle};
pub(crate) use timeline::amount_of;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::show)
        .service(routes::timeline)
        .service(routes::receipts)
        .service(routes::simulate)
        .service(routes::confirm)
        .service(routes::reject);
}
