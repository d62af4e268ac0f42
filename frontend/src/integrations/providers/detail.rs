//! The page of one provider: its connection and its offers.

use super::{
    connection::connection,
    health::{health, impact},
    pause, provider_status, resume, status,
};
use kit::{
    format::{decimal, sentence},
    page::{Related, detail_page, related},
    table::{ago, code, count, money, state, text},
    ui::{Tone, Value},
};
use leptos::prelude::*;
use wire::{
    Permission, ProviderId,
    integrations::providers::{Offer, OfferFilter, Provider},
};

/// Draws the detail page.
pub fn screen(id: ProviderId) -> AnyView {
    detail_page::<Provider>(id)
        .badge(provider_status)
        .above(|provider| {
            let reason = provider.pause_reason.clone()?;
            let text = format!("Paused: {reason}. No new orders use this provider.");
            Some(
                view! { <div class="banner" role="note" data-tone="waiting"><p>{text}</p></div> }
                    .into_any(),
            )
        })
        .also(|provider| {
            provider
                .is_sandbox
                .then(|| ("Sandbox".to_owned(), Tone::Waiting))
        })
        .edit(Permission::ProvidersWrite, |provider| {
            Some(format!("/integrations/providers/{}/edit", provider.id))
        })
        .action(pause())
        .action(resume())
        .fact("Adapter", |provider| {
            Value::text(sentence(provider.adapter.as_str()))
        })
        .fact("Kind", |provider| {
            Value::maybe(provider.provider_type.as_deref().map(sentence))
        })
        .fact("Priority", |provider| Value::count(provider.priority))
        .fact("API URL", |provider| {
            Value::code(provider.api_endpoint.clone())
        })
        .fact("API key", |provider| {
            let end = provider.api_key_last4.as_deref().unwrap_or("••••");
            Value::text(format!("•••• {end}"))
                .hint("Encrypted. The key can be replaced but not shown.")
        })
        .fact("Other credentials", |provider| {
            Value::text(provider.credential_names.join(", "))
        })
        .fact("Low balance below", |provider| {
            Value::maybe(provider.low_balance_threshold.as_ref().map(decimal))
        })
        .fact("Catalog is read", |provider| {
            Value::text(provider.sync_interval_hours.map_or_else(
                || "On demand".to_owned(),
                |hours| format!("Every {hours} hours"),
            ))
        })
        .fact("Data pool", |provider| {
            Value::maybe(
                provider
                    .available_data_gb
                    .as_ref()
                    .map(|left| format!("{}\u{a0}GB", decimal(left))),
            )
        })
        .fact("Cost per GB", |provider| {
            Value::maybe_money(provider.cost_per_gb.as_ref(), provider.currency)
        })
        .fact("Currency", |provider| {
            Value::text(provider.currency.as_str())
        })
        .fact("Created", |provider| Value::time(provider.created_at))
        .fact("Updated", |provider| Value::ago(provider.updated_at))
        .fact("ID", |provider| Value::code(provider.id.to_string()))
        .part(move |_| connection(id))
        .part(move |reload| health(id, reload))
        .part(move |reload| impact(id, reload))
        .related(offers(id))
        .history("provider")
        .show()
}

fn offers(id: ProviderId) -> Related<Offer> {
    related::<Offer>(
        "Offers",
        Permission::ProvidersRead,
        OfferFilter {
            provider_id: Some(id),
            ..OfferFilter::default()
        },
    )
    .column(text("Plan", |offer: &Offer| offer.plan_name.clone()))
    .column(code("SKU", |offer: &Offer| offer.sku.clone()))
    .column(money("Cost", |offer: &Offer| {
        (Some(offer.cost.clone()), offer.currency)
    }))
    .column(count("Priority", |offer: &Offer| offer.priority))
    .column(state("Status", |offer: &Offer| status(offer.is_active)))
    .column(ago("Synced", |offer: &Offer| offer.last_synced_at))
    .opens(|offer| format!("/integrations/offers/{}", offer.id))
    .all("/integrations/offers")
    .add(
        "Update from price list",
        format!("/catalog/price-lists/new?provider_id={id}"),
        Permission::PlansWrite,
    )
    .empty("No offers yet. Upload the provider's price list.")
}
