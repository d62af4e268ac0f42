//! One provider: how it is asked, and what it offers.

use super::{asked, pause, resume};
use kit::{
    format::{decimal, sentence},
    page::{Related, detail_page, related},
    table::{ago, code, count, money, state, text},
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    Permission, ProviderId,
    integrations::providers::{Offer, OfferFilter, Provider},
};

/// Draws it.
pub fn screen(id: ProviderId) -> AnyView {
    detail_page::<Provider>(id)
        .badge(|provider| asked(provider.is_active))
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
        .fact("API address", |provider| {
            Value::code(provider.api_endpoint.clone())
        })
        .fact("API key", |_| {
            Value::text("••••••••").hint("Sealed; it can be replaced, never read.")
        })
        .fact("In its pool", |provider| {
            Value::maybe(
                provider
                    .available_data_gb
                    .as_ref()
                    .map(|left| format!("{}\u{a0}GB", decimal(left))),
            )
        })
        .fact("Per GB", |provider| {
            Value::maybe_money(provider.cost_per_gb.as_ref(), provider.currency)
        })
        .fact("Currency", |provider| {
            Value::text(provider.currency.as_str())
        })
        .fact("Created", |provider| Value::time(provider.created_at))
        .fact("Changed", |provider| Value::ago(provider.updated_at))
        .fact("Id", |provider| Value::code(provider.id.to_string()))
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
    .column(money("Costs", |offer: &Offer| {
        (Some(offer.cost.clone()), offer.currency)
    }))
    .column(count("Priority", |offer: &Offer| offer.priority))
    .column(state("State", |offer: &Offer| asked(offer.is_active)))
    .column(ago("Confirmed", |offer: &Offer| offer.last_synced_at))
    .opens(|offer| format!("/integrations/offers/{}", offer.id))
    .all("/integrations/offers")
    .add(
        "Compare a price list",
        format!("/catalog/price-lists/new?provider_id={id}"),
        Permission::PlansWrite,
    )
    .empty("It offers nothing yet. Compare its price list.")
}
