//! Accounts for Super SIM at Twilio or KORE. One is active; providers with the Super SIM integration order with it.

mod jobs;
mod query;
mod routes;
mod rules;

pub use jobs::TestTwilio;
pub use query::{find, lock, mark_synced, super_sim_provider};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::show)
        .service(routes::connection)
        .service(routes::edit)
        .service(routes::activate)
        .service(routes::test)
        .service(routes::remove);
}
