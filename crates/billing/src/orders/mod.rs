//! Orders: one plan for one customer, from the sale to the delivery.
//!
//! Placing freezes price and terms; paying sets provisioning off; every ordered unit becomes one bundle on one eSIM.

mod ending;
mod jobs;
mod letter;
mod provisioning;
mod query;
mod routes;
mod rules;
mod timeline;

pub use ending::{call_off, cancel_unpaid};
pub use jobs::{Begin, Expire, Provision, Sweep};
pub use letter::payment_link;
pub use query::{find, status};
pub use rules::{Amounts, Completes, Paid, closed, paid, retry, secret_of, stuck};
pub use timeline::of as timeline;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::quote)
        .service(routes::create)
        .service(routes::payment)
        .service(routes::show)
        .service(routes::timeline)
        .service(routes::cancel)
        .service(routes::retry)
        .service(routes::resend);
}
