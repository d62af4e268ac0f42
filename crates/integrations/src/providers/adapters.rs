//! What the integrations of this server can do.

use super::account::uses_twilio_config;
use platform::{Ctx, Error, Result};
use std::sync::Arc;
use suppliers::{Capabilities, Supplier};
use wire::integrations::providers::{
    AdapterCapabilities, AdapterCredential, AdapterList, ProviderAdapter,
};

/// Returns the integrations of which providers can be added here.
pub fn list(ctx: &Ctx) -> AdapterList {
    let adapters = ctx.adapters().into_iter();
    let known = adapters.filter_map(|adapter| {
        let supplier = (ctx.ports.suppliers)(adapter)?;
        Some(describe(adapter, &supplier.capabilities()))
    });
    AdapterList {
        data: known.collect(),
    }
}

/// Returns the integration of an adapter.
pub fn supplier(ctx: &Ctx, adapter: ProviderAdapter) -> Result<Arc<dyn Supplier>> {
    (ctx.ports.suppliers)(adapter).ok_or_else(|| {
        Error::internal(format!(
            "this server has no integration with the adapter {adapter}"
        ))
    })
}

/// Returns the capabilities of an integration as the API shows them.
pub fn describe(adapter: ProviderAdapter, capabilities: &Capabilities) -> AdapterCapabilities {
    let credential = |field: &suppliers::CredentialField| AdapterCredential {
        name: field.name.to_owned(),
        label: field.label.to_owned(),
        is_required: field.is_required,
    };
    let uses_twilio_config = uses_twilio_config(adapter);
    let own = match uses_twilio_config {
        true => [].as_slice(),
        false => capabilities.credentials,
    };
    AdapterCapabilities {
        adapter,
        is_simulated: adapter.is_simulated(),
        uses_twilio_config,
        api_key_label: match uses_twilio_config {
            true => String::new(),
            false => capabilities.api_key_label.to_owned(),
        },
        credentials: own.iter().map(credential).collect(),
        default_endpoint: capabilities.default_endpoint.to_owned(),
        can_top_up: capabilities.top_up,
        has_catalog: capabilities.catalog,
        has_usage: capabilities.usage,
        has_profile_state: capabilities.profile_state,
        can_suspend: capabilities.suspend,
        can_cancel: capabilities.cancel,
        has_balance: capabilities.balance,
        has_webhooks: capabilities.webhooks,
        usage_age_seconds: capabilities.usage_age.num_seconds(),
        calls_per_second: capabilities.calls_per_second,
    }
}
