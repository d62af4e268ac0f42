//! Providers of eSIMs: their API keys, their order, and whether they are active.

mod adapters;
mod jobs;
pub mod offers;
mod query;
mod routes;
mod rules;

pub(crate) use account::last4;
pub use account::{SealedAccount, account, previous_account, sealed_account, uses_twilio_config};
pub use adapters::supplier;
pub use jobs::TestProvider;
use query::account;
pub use query::{active_with, find, lock, scheduled, webhook_address};
pub(crate) use query::{return_to_pool, set_pause, take_from_pool, twilio_account};
pub use rules::{
    BalanceChange, check_endpoint, lock_usable, next_sync, record_balance, webhook_url,
};

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::list_adapters)
        .service(routes::connection)
        .service(routes::test)
        .service(routes::show)
        .service(routes::edit)
        .service(routes::remove);
    offers::mount(config);
}
