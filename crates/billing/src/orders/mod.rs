//! Orders: the rows, their status, their timeline, and the emails about them.
//!
//! `checkout` places and cancels orders, and `fulfillment` delivers them.

mod cancel;
pub(crate) mod email;
pub(crate) mod query;
mod routes;
mod sale;
mod status;
mod timeline;

pub use cancel::{CancelReason, cancel};
pub use query::find;
pub use sale::{lock_sale, lock_sale_of};
pub use status::transition;
pub use timeline::load as timeline;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::show)
        .service(routes::timeline);
}
