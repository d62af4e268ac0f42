//! The list of plans.

use super::{availability, bulk_actions, validity, validity_start};
use kit::{
    api,
    format::{megabytes, region_names},
    page::{action, list_page},
    table::{ListFilter, choice, count, country, dates, day, flag, state, text, value, yes_no},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    catalog::plans::{Plan, PlanSort, ValidityPolicy},
};

/// Draws the list.
pub fn screen() -> AnyView {
    let archive = action(
        "Archive",
        "archived",
        Permission::PlansWrite,
        |plan: Plan| async move { api::remove(&plan).await },
    )
    .asks("The plan is no longer for sale. Existing orders keep their terms.")
    .danger()
    .bulk_request("withdraw")
    .undo(super::unarchive);
    list_page::<Plan>("Plans")
        .search("Search by name")
        .opens(|plan| format!("/catalog/plans/{}", plan.id))
        .column(text("Name", |plan: &Plan| plan.name.clone()).sort(PlanSort::Name))
        .column(state("Status", availability))
        .column(
            value("Data", |plan: &Plan| {
                Value::text(megabytes(plan.data_limit_mb.as_ref()))
            })
            .sort(PlanSort::DataLimitMb),
        )
        .column(
            value("Validity", |plan: &Plan| Value::text(validity(plan)))
                .sort(PlanSort::ValidityDays),
        )
        .column(value("Coverage", |plan: &Plan| {
            Value::text(region_names(&plan.regions.0)).hint(plan.regions.0.join(", "))
        }))
        .column(text("Validity starts", |plan: &Plan| validity_start(plan)).extra())
        .column(
            value("KYC required", |plan: &Plan| {
                Value::yes_no(plan.kyc_required)
            })
            .extra(),
        )
        .column(value("Hotspot", |plan: &Plan| Value::yes_no(plan.hotspot_allowed)).extra())
        .column(value("Top-up", |plan: &Plan| Value::yes_no(plan.topup_allowed)).wide())
        .column(count("Minutes", |plan: &Plan| plan.voice_minutes).extra())
        .column(count("Messages", |plan: &Plan| plan.sms_count).extra())
        .column(
            day("Created", |plan: &Plan| Some(plan.created_at))
                .sort(PlanSort::CreatedAt)
                .wide(),
        )
        .column(
            day("Updated", |plan: &Plan| Some(plan.updated_at))
                .sort(PlanSort::UpdatedAt)
                .extra(),
        )
        .filter(availability_filter())
        .filter(country("country", "Coverage"))
        .filter(yes_no("unlimited", "Data", "Unlimited", "Limited"))
        .filter(choice(
            "validity_policy",
            "Validity starts",
            ValidityPolicy::WORDS,
        ))
        .filter(yes_no("topup_allowed", "Top-up", "Allowed", "Not allowed"))
        .filter(yes_no(
            "hotspot_allowed",
            "Hotspot",
            "Allowed",
            "Not allowed",
        ))
        .filter(yes_no("kyc_required", "KYC", "Required", "Not required"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .filter(flag("withdrawn", "Archived"))
        .actions(bulk_actions::bulk_actions())
        .action(archive)
        .new_button("New plan", "/catalog/plans/new", Permission::PlansWrite)
        .button(
            "Import",
            Icon::Upload,
            "/catalog/plans/import",
            Permission::PlansWrite,
        )
        .button(
            "Edit in spreadsheet",
            Icon::Rows3,
            "/catalog/plans/sheet",
            Permission::PlansWrite,
        )
        .button(
            "Update from price list",
            Icon::FileSpreadsheet,
            "/catalog/price-lists/new",
            Permission::PlansWrite,
        )
        .empty(
            "No plans yet",
            "Import a provider's price list, or create the first plan.",
        )
        .show()
}

fn availability_filter() -> ListFilter {
    yes_no("is_active", "Availability", "On sale", "Not on sale")
}
