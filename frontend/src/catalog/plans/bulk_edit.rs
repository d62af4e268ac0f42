//! The bulk edit of plans: a CSV file that was exported, edited and imported again.

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

/// Draws the page.
pub fn screen() -> AnyView {
    import_page::<PlanImportRow>(
        "Edit plans in spreadsheet",
        "/v1/plans/sheet",
        "plan",
        "plans",
        "/catalog/plans",
        import::import_result,
    )
    .text("Export the list of plans, edit the file and import it here. A row with an ID changes that plan. A row without an ID creates a plan.")
    .sample("plans.csv", SAMPLE)
    .column(maybe("Plan", |row: &PlanImportRow| row.name.clone()))
    .column(value("Result", |row: &PlanImportRow| {
        let href = row.plan_id.map(|id| format!("/catalog/plans/{id}"));
        Value::linked(row.plan_id.map(|_| "View plan"), href)
    }))
    .show()
}
