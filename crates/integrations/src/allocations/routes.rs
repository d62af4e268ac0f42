//! HTTP routes of provisioning and allocated data, read-only.

use super::query;
use wire::integrations::allocations::Provisioning;

use actix_web::get;
use platform::listing;

listing!(Provisioning, "/provisioning", export "/provisioning/export", tag "integrations/provisioning", needs ProvidersRead = "providers:read", from query::page);

/// The list of allocated data.
pub mod allocated {
    use super::query;
    use wire::integrations::allocations::Allocation;

    use actix_web::get;
    use platform::listing;

    listing!(Allocation, "/allocations", export "/allocations/export", tag "integrations/allocations", needs ProvidersRead = "providers:read", from query::allocations_page);
}
