//! Refunds: the rows, their status, and the email about them.
//!
//! A refund is one row with one ID from the request to the payout; the gateway is asked under that ID. `refunding`
//! requests, approves and pays refunds.

pub(crate) mod email;
pub(crate) mod query;
mod routes;
mod status;

pub(crate) use query::{Unit, units};
pub(crate) use status::{Decision, RefundChange, transition};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::show);
}
