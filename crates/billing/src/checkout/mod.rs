//! Checkout: from the quote to the paid or cancelled order.
//!
//! Placing an order freezes its price and terms, reserves its promotion and opens its payment. The payment completes the
//! order, or fails and cancels it. `fulfillment` delivers what was paid.

mod charge_limits;
mod completion;
mod jobs;
mod manual_payment;
mod payment;
mod payment_events;
mod place;
mod received;
mod routes;
mod topup;
mod unpaid_limits;

pub use jobs::{ExpireOrder, OpenPayment, SweepOrders};
pub use payment_events::{PaymentOutcome, handle_payment_event};
pub use received::{ReceivedAmount, accept_received, refund_received};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::quote)
        .service(routes::create)
        .service(routes::payment)
        .service(routes::cancel)
        .service(routes::confirm)
        .service(routes::reject);
}
