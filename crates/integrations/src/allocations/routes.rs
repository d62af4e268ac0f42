//! HTTP routes of provisioning, read-only.

use super::query;
use wire::integrations::allocations::Provisioning;

use actix_web::get;
use platform::listing;

listing!(Provisioning, "/provisioning", export "/provisioning/export", tag "integrations/allocations", needs ProvidersRead = "providers:read", from query::page);
