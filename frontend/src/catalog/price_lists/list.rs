//! The list of price lists that were compared.

use super::standing;
use kit::{
    page::list_page,
    table::{ago, choice, count, dates, picked, state, text},
};
use leptos::prelude::*;
use wire::{
    Permission,
    catalog::plans::{PriceListSync, SyncSort, SyncState},
    integrations::providers::Provider,
};

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<PriceListSync>("Price lists")
        .opens(|sync| format!("/catalog/price-lists/{}", sync.id))
        .column(text("Provider", |sync: &PriceListSync| {
            sync.provider_name.clone()
        }))
        .column(state("State", standing))
        .column(count("New", |sync: &PriceListSync| sync.new))
        .column(count("Changed", |sync: &PriceListSync| sync.changed))
        .column(count("Gone", |sync: &PriceListSync| sync.gone))
        .column(count("Refused", |sync: &PriceListSync| sync.refused).wide())
        .column(count("Unchanged", |sync: &PriceListSync| sync.unchanged).wide())
        .column(
            ago("Compared", |sync: &PriceListSync| Some(sync.created_at))
                .sort(SyncSort::CreatedAt),
        )
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(choice("state", "State", SyncState::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Compared"))
        .new_button(
            "Compare a list",
            "/catalog/price-lists/new",
            Permission::PlansWrite,
        )
        .empty(
            "No price lists yet",
            "Compare a provider's list with what you sell: you see what is new, what moved and what is gone before any of it counts.",
        )
        .show()
}
