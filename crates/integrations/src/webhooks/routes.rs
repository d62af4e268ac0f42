//! HTTP routes of the webhooks of providers.

use super::query;
use wire::integrations::webhooks::ProviderWebhook;

use actix_web::get;
use platform::listing;

listing!(ProviderWebhook, "/provider-webhooks", export "/provider-webhooks/export", tag "integrations/provider_webhooks", needs ProvidersRead = "providers:read", from query::page);
