//! Taking back a sheet of plans that was exported and edited.

use super::import;
use kit::{
    page::import_page,
    table::{maybe, value},
    ui::Value,
};
use leptos::prelude::*;
use wire::catalog::plans::PlanImportRow;

const SAMPLE: &str = "id,version,name,description,data_limit_mb,validity_days,regions,is_active\n\
    ,,5 GB Europe,All of it at full speed,5000,30,EUROPE,true\n\
    ,,Unlimited United States,,,15,\"US, CA\",false\n";

/// Draws it.
pub fn screen() -> AnyView {
    import_page::<PlanImportRow>(
        "Edit plans in a spreadsheet",
        "/v1/plans/sheet",
        ("plan", "plans"),
        "/catalog/plans",
        import::told,
    )
    .says("Export the list of plans, edit the file, and bring it back: a row with an id changes that plan, one without makes a new one.")
    .sample("plans.csv", SAMPLE)
    .column(maybe("Plan", |row: &PlanImportRow| row.name.clone()))
    .column(value("Is now", |row: &PlanImportRow| {
        let href = row.plan_id.map(|id| format!("/catalog/plans/{id}"));
        Value::linked(row.plan_id.map(|_| "View plan"), href)
    }))
    .show()
}
