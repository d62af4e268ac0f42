//! Money given back: asked for, decided by another person, paid out once, and what follows from it.
//!
//! A refund is one row with one id from the request to the money; the gateway is asked under that id. What follows
//! stands in `rules/pay.rs` in one place, where the money is noted as gone.

mod jobs;
mod letter;
mod query;
mod routes;
mod rules;

pub use jobs::{AskRefunds, FollowUp, SendRefund};
pub(crate) use query::{Unit, units};
pub use rules::{
    GivenBack, ask_for, book, called_off, heard, refunded_in_all, request, retry_stuck,
};

use chrono::{DateTime, Utc};
use platform::{Conn, Result};
use utoipa_actix_web::service_config::ServiceConfig;
use wire::{RefundId, billing::refunds::RefundEligibility};

/// What is known of the sale that a refund is about, but for that refund.
pub fn known(conn: &mut Conn, id: RefundId, now: DateTime<Utc>) -> Result<RefundEligibility> {
    let payment = query::payment_of(conn, id)?.ok_or_else(platform::Error::not_found)?;
    let payment = query::payment(conn, payment)?;
    rules::read(conn, &payment, Some(id), now)
}

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::show)
        .service(routes::approve)
        .service(routes::reject)
        .service(routes::retry)
        .service(routes::confirm)
        .service(routes::eligibility)
        .service(routes::bulk);
    config
        .service(routes::claims::list)
        .service(routes::claims::export)
        .service(routes::claims::accept)
        .service(routes::claims::reject);
}
