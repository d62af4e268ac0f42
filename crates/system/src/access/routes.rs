//! HTTP routes of the access log.

use super::query;
use actix_web::get;
use platform::listing;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::system::audit::AccessEntry;

/// Registers the routes.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list).service(export);
}

listing!(AccessEntry, "/audit/access", export "/audit/access/export", tag "system/access", needs AccessRead = "access:read", from query::page);
