//! The import of a provider's price list.

use kit::{
    form::{Source, choice_field, money_field, picker_field, toggle_field},
    page::{ImportedRow, import_page},
    table::{maybe, money},
};
use leptos::prelude::*;
use serde_json::json;
use wire::{Currency, catalog::plans::PlanImportRow, integrations::providers::Provider};

const SAMPLE: &str = "sku,name,data_limit_mb,validity_days,regions,cost_price,selling_price,currency\n\
    EU-5GB-30D,5 GB Europe,5000,30,EUROPE,4.20,9.90,USD\n\
    US-10GB-15D,10 GB United States,10000,15,US,7.00,,USD\n";

/// Draws the import page.
pub fn screen() -> AnyView {
    import_page::<PlanImportRow>(
        "Import price list",
        "/v1/plans/import",
        "plan",
        "plans",
        "/catalog/plans",
        import_result,
    )
    .text("One file with plans, their prices and the provider's offers.")
    .sample("price-list.csv", SAMPLE)
    .begin(json!({ "currency": "USD", "markup": "30", "publish": true }))
    .option(picker_field(
        "provider_id",
        "Provider",
        Source::resource::<Provider>(),
    ))
    .option(
        money_field("markup", "Markup")
            .unit("%")
            .optional()
            .help("For rows without a selling price."),
    )
    .option(
        choice_field("currency", "Currency", Currency::WORDS).help("For rows without a currency."),
    )
    .option(toggle_field("publish", "Put new plans on sale"))
    .column(maybe("SKU", |row: &PlanImportRow| row.sku.clone()))
    .column(maybe("Plan", |row: &PlanImportRow| row.name.clone()))
    .column(money("Cost", |row: &PlanImportRow| {
        (
            row.cost_price.clone(),
            row.currency.unwrap_or(Currency::Usd),
        )
    }))
    .column(money("Price", |row: &PlanImportRow| {
        (
            row.selling_price.clone(),
            row.currency.unwrap_or(Currency::Usd),
        )
    }))
    .show()
}

/// Returns the result of a row, or its preview.
pub fn import_result(row: &PlanImportRow) -> ImportedRow {
    ImportedRow {
        row: row.row,
        outcome: row.outcome,
        warnings: Vec::new(),
        errors: row.errors.clone(),
    }
}
