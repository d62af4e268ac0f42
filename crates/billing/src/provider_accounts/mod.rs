//! The accounts at providers: their balances, the eSIMs that they list, and their webhooks.
//!
//! These processes open cases and continue orders, so they are here and not in `integrations`, which stores the records.

mod balance;
mod esim_sync;
mod query;
mod routes;
mod webhooks;

pub use balance::{ReadBalance, ReadBalances};
pub use esim_sync::SyncTwilioEsims;
pub use webhooks::ApplyProviderWebhook;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::read_balance)
        .service(routes::sync)
        .service(routes::probe)
        .service(routes::receive)
        .service(routes::receive_about)
        .service(routes::replay);
}
