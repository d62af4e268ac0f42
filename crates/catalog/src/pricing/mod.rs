//! Prices: what a plan sells for in a region and currency, from when until when. [`quote`] is the one answer to the
//! question what a plan costs now; everybody who sells asks it.

mod changes;
mod query;
mod routes;
mod rules;

pub(crate) use query::{Global, global, replace};
pub use rules::quote;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    changes::mount(config);
    config
        .service(routes::list)
        .service(routes::export)
        .service(routes::quote)
        .service(routes::explain);
    config
        .service(routes::create)
        .service(routes::show)
        .service(routes::edit)
        .service(routes::remove);
}
