//! Providers of eSIMs: their API keys, their order, and whether they are active.

mod account;
pub mod offers;
mod query;
mod routes;
mod rules;

pub use account::{SealedAccount, account, credentials_context, key_context, sealed_account};
pub use query::lock;
pub(crate) use query::{return_to_pool, set_pause, take_from_pool};
pub use rules::lock_usable;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::create)
        .service(routes::show)
        .service(routes::edit)
        .service(routes::remove);
    offers::mount(config);
}
