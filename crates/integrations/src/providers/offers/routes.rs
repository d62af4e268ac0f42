//! Offers over HTTP.

use super::query;
use wire::integrations::providers::Offer;

use actix_web::get;
use platform::listing;

listing!(Offer, "/provider-offers", export "/provider-offers/export", tag "integrations/offers", needs ProvidersRead = "providers:read", from query::page);
