//! Taking in a supplier's file of eSIMs.

use kit::{
    form::{Source, picker_field},
    page::{Imported, import_page},
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

/// Draws it.
pub fn screen() -> AnyView {
    let told = |row: &EsimImportRow| Imported {
        row: row.row,
        outcome: row.outcome,
        warnings: row.warnings.clone(),
        errors: row.errors.clone(),
    };
    import_page::<EsimImportRow>(
        "Import eSIMs",
        "/v1/esims/import",
        ("eSIM", "eSIMs"),
        "/esims/inventory",
        told,
    )
    .says("ICCIDs with their activation codes, as a supplier delivers them.")
    .sample("esims.csv", SAMPLE)
    .option(
        picker_field("plan_id", "Plan", Source::of::<Plan>())
            .optional()
            .help("For rows that name none."),
    )
    .option(
        picker_field("provider_id", "Provider", Source::of::<Provider>())
            .optional()
            .help("Who supplied them."),
    )
    .column(value("ICCID", |row: &EsimImportRow| {
        row.iccid.clone().map_or_else(Value::absent, number)
    }))
    .show()
}

fn number(iccid: String) -> Value {
    Value::code(iccid)
}
