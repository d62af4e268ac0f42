//! Sending a provider's price list to be compared.

use kit::{
    form::{Source, choice_field, money_field, picker_field, toggle_field},
    page::upload_page,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{Currency, catalog::price_lists::PriceList, integrations::providers::Provider};

/// Draws it.
pub fn screen() -> AnyView {
    upload_page::<PriceList>(
        "Compare a price list",
        ".csv,.json,text/csv,application/json",
        "CSV with a header row, or JSON",
        |list| format!("/catalog/price-lists/{}", list.id),
    )
    .says("The list is held against your plans, offers and prices. Nothing is published before you have said what of it counts.")
    .table()
    .begin(json!({ "currency": "USD", "markup": "30", "publish": false }))
    .option(picker_field(
        "provider_id",
        "Provider",
        Source::of::<Provider>(),
    ))
    .option(
        money_field("markup", "Markup")
            .unit("%")
            .optional()
            .help("For new packages without a selling price; what you sell already keeps its price."),
    )
    .option(choice_field("currency", "Currency", Currency::WORDS).help("For rows that name none."))
    .option(toggle_field("publish", "Put new plans on sale").help("As soon as they are published."))
    .show()
}
