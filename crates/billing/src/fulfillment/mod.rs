//! Fulfillment: the provisioning of paid orders, their delivery to the customer, and their top-ups.
//!
//! Every ordered unit becomes one bundle on one eSIM.

mod attention;
mod deferred_topup;
mod jobs;
mod late;
mod margin;
mod outcome;
mod provision;
mod retry;
mod review;
mod routes;
mod topup;
mod unit;

pub use jobs::{ActivateTopUp, CheckAbandoned, ContinueProvisioning, Provision};
pub use retry::{resend, retry};
pub use review::mark_for_review;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::retry)
        .service(routes::resend)
        .service(routes::retry_unit);
}
