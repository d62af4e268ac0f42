//! The list of price lists that were compared.

use super::standing;
use kit::{
    page::list_page,
    table::{ago, choice, count, dates, picked, state, text},
};
use leptos::prelude::*;
use wire::{
    Permission,
    catalog::price_lists::{PriceList, PriceListSort, PriceListState},
    integrations::providers::Provider,
};

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<PriceList>("Price lists")
        .opens(|list| format!("/catalog/price-lists/{}", list.id))
        .column(text("Provider", |list: &PriceList| {
            list.provider_name.clone()
        }))
        .column(state("State", standing))
        .column(count("New", |list: &PriceList| list.new))
        .column(count("Changed", |list: &PriceList| list.changed))
        .column(count("Gone", |list: &PriceList| list.gone))
        .column(count("Refused", |list: &PriceList| list.refused).wide())
        .column(count("Unchanged", |list: &PriceList| list.unchanged).wide())
        .column(
            ago("Compared", |list: &PriceList| Some(list.created_at))
                .sort(PriceListSort::CreatedAt),
        )
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(choice("state", "State", PriceListState::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Compared"))
        .new_button(
            "Update from price list",
            "/catalog/price-lists/new",
            Permission::PlansWrite,
        )
        .empty(
            "No price lists yet",
            "Compare a provider's list with what you sell: you see what is new, what moved and what is gone before any of it counts.",
        )
        .show()
}
