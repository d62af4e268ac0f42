//! The inbox of what does not add up: opened when it happens and by a check every hour, claimed by one person at a
//! time, and put right by acts that exist elsewhere.

mod findings;
mod jobs;
mod query;
mod routes;
mod rules;

pub use jobs::Check;
pub use query::{Finding, ReceivedBefore, received_before};
pub use rules::{given_back, open, open_or_update, order_overdue, order_stuck, withdraw};

use chrono::TimeDelta;

use utoipa_actix_web::service_config::ServiceConfig;

/// How long after its payment an order may take to be delivered before a case is opened for it.
pub const DELIVERY_LIMIT: TimeDelta = TimeDelta::minutes(15);

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::check)
        .service(routes::show)
        .service(routes::claim)
        .service(routes::release)
        .service(routes::escalate)
        .service(routes::resolve);
}
