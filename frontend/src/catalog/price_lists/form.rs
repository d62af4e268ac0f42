//! The upload of a provider's price list, which the server compares with the catalog.

use kit::{
    form::{Source, choice_field, money_field, picker_field, toggle_field},
    page::upload_page,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{Currency, catalog::price_lists::PriceList, integrations::providers::Provider};

/// Draws the form.
pub fn screen() -> AnyView {
    upload_page::<PriceList>(
        "Update from price list",
        ".csv,.json,text/csv,application/json",
        "CSV with a header row, or JSON",
        |list| format!("/catalog/price-lists/{}", list.id),
    )
    .text("The list is compared with your plans, offers and prices. Nothing changes until you publish the rows that you select.")
    .table()
    .begin(json!({ "currency": "USD", "markup": "30", "publish": false }))
    .option(picker_field(
        "provider_id",
        "Provider",
        Source::resource::<Provider>(),
    ))
    .option(
        money_field("markup", "Markup")
            .unit("%")
            .optional()
            .help("For new packages without a selling price. Existing plans keep their price."),
    )
    .option(choice_field("currency", "Currency", Currency::WORDS).help("For rows without a currency."))
    .option(toggle_field("publish", "Put new plans on sale").help("When they are published."))
    .show()
}
