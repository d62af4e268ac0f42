//! The import of a provider's file of eSIMs.

use kit::{
    form::{Source, picker_field},
    page::{ImportedRow, import_page},
    table::value,
    ui::Value,
};
use leptos::prelude::*;
use wire::{
    catalog::plans::Plan, esims::inventory::EsimImportRow, integrations::providers::Provider,
};

const SAMPLE: &str = "iccid,activation_code,provider_ref\n\
    8944538532008160222,LPA:1$smdp.example.com$04386-AGYFT-A74Y8-3F815,A-1001\n\
    8997212330099025334,LPA:1$smdp.example.com$K2-1XBHM9-2QK0PA,A-1002\n";

/// Draws the import page.
pub fn screen() -> AnyView {
    let import_result = |row: &EsimImportRow| ImportedRow {
        row: row.row,
        outcome: row.outcome,
        warnings: row.warnings.clone(),
        errors: row.errors.clone(),
    };
    import_page::<EsimImportRow>(
        "Import eSIMs",
        "/v1/esims/import",
        "eSIM",
        "eSIMs",
        "/esims/inventory",
        import_result,
    )
    .text("ICCIDs with their activation codes, as delivered by the provider.")
    .sample("esims.csv", SAMPLE)
    .option(
        picker_field("plan_id", "Plan", Source::resource::<Plan>())
            .optional()
            .help("For rows without a plan."),
    )
    .option(
        picker_field("provider_id", "Provider", Source::resource::<Provider>())
            .optional()
            .help("The provider of these eSIMs."),
    )
    .column(value("ICCID", |row: &EsimImportRow| {
        row.iccid.clone().map_or_else(Value::absent, number)
    }))
    .show()
}

fn number(iccid: String) -> Value {
    Value::code(iccid)
}
