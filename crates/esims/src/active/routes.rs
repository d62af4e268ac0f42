//! The list of eSIMs in use over HTTP.

use super::query;
use actix_web::get;
use platform::listing;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::esims::active::ActiveEsim;

pub(crate) fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list).service(export);
}

listing!(ActiveEsim, "/active-esims", export "/active-esims/export", tag "esims/active", needs EsimsRead = "esims:read", from query::page);
