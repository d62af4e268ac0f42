//! Reconciliation cases: the discrepancies that an administrator has to resolve.
//!
//! A process opens a case when it finds a discrepancy, and `reconciliation` opens cases by an hourly check. One person at a
//! time claims a case, and resolves it in `reconciliation`.

mod claim;
mod open;
mod order_cases;
pub(crate) mod query;
mod routes;
mod status;
mod view;

pub(crate) use claim::{check_claimable, check_claimed};
pub(crate) use open::recalculate_day;
pub use open::{Finding, REPORTED, open, open_once, open_or_update, reported_key, withdraw};
pub use order_cases::{DELIVERY_LIMIT, open_for_overdue_order, open_for_stuck_order};
pub use query::{ReceivedBefore, received_before};
pub(crate) use status::{CaseChange, transition};
pub(crate) use view::{actions, received_amount, show};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::show)
        .service(routes::claim)
        .service(routes::release)
        .service(routes::escalate);
}
