//! Refunding: from the request of a refund to the payout, and everything that follows from it.
//!
//! The effects of a paid refund (the eSIMs, the promotion, the claims, the credit note, the email) happen in the
//! transaction that marks the refund as processed: see `pay`.

mod approval_limit;
mod decide;
mod effects;
mod eligibility;
mod external;
mod jobs;
mod pay;
mod request;
mod routes;

pub use decide::retry_stuck;
pub use eligibility::of_refund as eligibility_of;
pub use external::{ExternalRefund, book_external, handle_refund_total};
pub use jobs::{FollowUpRefunds, LoadRefunds, SendRefund};
pub use pay::{GatewayPayment, handle_refund_event};
pub use request::{request, request_for_undelivered, withdraw_automatic_request};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::create)
        .service(routes::approve)
        .service(routes::reject)
        .service(routes::retry)
        .service(routes::confirm)
        .service(routes::eligibility)
        .service(routes::bulk);
}
