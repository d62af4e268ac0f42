//! The page of one offer: its cost, its minimum price and its status.

use super::super::providers::status;
use kit::{
    api,
    page::{action, detail_page},
    ui::{Icon, Value, facts},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{OfferId, Permission, integrations::providers::Offer};

/// Draws the detail page.
pub fn screen(id: OfferId) -> AnyView {
    let switch = |label, done, on: bool| {
        action(
            label,
            done,
            Permission::ProvidersWrite,
            move |offer: Offer| async move {
                let edit = json!({ "is_active": on });
                api::edit::<Offer>(offer.id, offer.version, &edit)
                    .await
                    .map(drop)
            },
        )
        .when(move |offer| offer.is_active != on)
    };
    detail_page::<Offer>(id)
        .badge(|offer| status(offer.is_active))
        .subtitle(|offer| format!("{} for {}", offer.provider_name, offer.plan_name))
        .edit(Permission::ProvidersWrite, |offer| {
            Some(format!("/integrations/offers/{}/edit", offer.id))
        })
        .action(
            switch("Pause", "paused", false)
                .asks("No new orders use this offer. Existing orders continue."),
        )
        .action(switch("Resume", "resumed", true).icon(Icon::RotateCcw))
        .card("Terms", |offer| {
            let amount = |amount| Value::maybe_money(amount, offer.currency);
            Some(facts(vec![
                ("Cost", amount(Some(&offer.cost))),
                ("Minimum price", amount(offer.minimum_price.as_ref())),
                (
                    "Stock",
                    offer.stock.map_or_else(Value::absent, Value::count),
                ),
            ]))
        })
        .fact("Plan", |offer| {
            Value::text(offer.plan_name.clone()).link(format!("/catalog/plans/{}", offer.plan_id))
        })
        .fact("Provider", |offer| {
            let href = format!("/integrations/providers/{}", offer.provider_id);
            Value::text(offer.provider_name.clone()).link(href)
        })
        .fact("SKU", |offer| Value::code(offer.sku.clone()))
        .fact("Priority", |offer| Value::count(offer.priority))
        .fact("Synced", |offer| Value::maybe_time(offer.last_synced_at))
        .fact("Created", |offer| Value::time(offer.created_at))
        .fact("Updated", |offer| Value::ago(offer.updated_at))
        .fact("ID", |offer| Value::code(offer.id.to_string()))
        .history("offer")
        .show()
}
