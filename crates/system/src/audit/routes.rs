//! The record over HTTP.

use super::query;
use actix_web::get;
use platform::listing;
use utoipa_actix_web::service_config::ServiceConfig;
use wire::system::audit::AuditEntry;

/// Adds the operations.
pub fn mount(config: &mut ServiceConfig<'_>) { config.service(list).service(export); }

listing!(AuditEntry, "/audit", export "/audit/export", tag "system/audit", needs AuditRead = "audit:read", from query::page);
