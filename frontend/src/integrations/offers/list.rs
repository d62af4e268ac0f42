//! The list of offers.

use super::super::providers::status;
use kit::{
    page::list_page,
    table::{ago, choice, code, count, day, money, picked, state, text, value, yes_no},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    catalog::plans::Plan,
    integrations::providers::{Offer, OfferSort, Provider},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Offer>("Offers")
        .search("Search by SKU")
        .opens(|offer| format!("/integrations/offers/{}", offer.id))
        .column(text("Plan", |offer: &Offer| offer.plan_name.clone()))
        .column(
            text("Provider", |offer: &Offer| offer.provider_name.clone())
                .link(|offer| Some(format!("/integrations/providers/{}", offer.provider_id))),
        )
        .column(code("SKU", |offer: &Offer| offer.sku.clone()).sort(OfferSort::Sku))
        .column(state("Status", |offer: &Offer| status(offer.is_active)))
        .column(
            money("Cost", |offer: &Offer| {
                (Some(offer.cost.clone()), offer.currency)
            })
            .sort(OfferSort::Cost),
        )
        .column(
            money("Minimum price", |offer: &Offer| {
                (offer.minimum_price.clone(), offer.currency)
            })
            .wide(),
        )
        .column(
            value("Stock", |offer: &Offer| {
                offer.stock.map_or_else(Value::absent, Value::count)
            })
            .figures()
            .wide(),
        )
        .column(
            count("Priority", |offer: &Offer| offer.priority)
                .sort(OfferSort::Priority)
                .wide(),
        )
        .column(ago("Synced", |offer: &Offer| offer.last_synced_at).wide())
        .column(
            day("Created", |offer: &Offer| Some(offer.created_at))
                .sort(OfferSort::CreatedAt)
                .extra(),
        )
        .filter(picked::<Plan>("plan_id", "Plan"))
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(yes_no("is_active", "Status", "Active", "Paused"))
        .filter(choice("currency", "Currency", wire::Currency::WORDS))
        .new_button(
            "New offer",
            "/integrations/offers/new",
            Permission::ProvidersWrite,
        )
        .button(
            "Import price list",
            Icon::Upload,
            "/catalog/plans/import",
            Permission::PlansWrite,
        )
        .empty(
            "No offers yet",
            "Import a provider's price list to create plans, prices and offers.",
        )
        .show()
}
