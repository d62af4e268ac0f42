//! The list of uploaded price lists.

use super::status;
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

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<PriceList>("Price lists")
        .opens(|list| format!("/catalog/price-lists/{}", list.id))
        .column(text("Provider", |list: &PriceList| {
            list.provider_name.clone()
        }))
        .column(state("Status", status))
        .column(count("New", |list: &PriceList| list.new))
        .column(count("Changed", |list: &PriceList| list.changed))
        .column(count("Removed", |list: &PriceList| list.gone))
        .column(count("Invalid", |list: &PriceList| list.refused).wide())
        .column(count("Unchanged", |list: &PriceList| list.unchanged).wide())
        .column(
            ago("Compared", |list: &PriceList| Some(list.created_at))
                .sort(PriceListSort::CreatedAt),
        )
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(choice("state", "Status", PriceListState::WORDS))
        .filter(dates("created_at_from", "created_at_to", "Compared"))
        .new_button(
            "Update from price list",
            "/catalog/price-lists/new",
            Permission::PlansWrite,
        )
        .empty(
            "No price lists yet",
            "Upload a provider's price list to see new, changed and removed packages before you publish them.",
        )
        .show()
}
