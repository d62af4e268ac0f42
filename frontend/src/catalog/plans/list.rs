//! The list of plans.

use super::{counted, many, sale, validity};
use kit::{
    api,
    format::{megabytes, places},
    page::{act, list_page},
    table::{By, choice, count, country, dates, day, flag, state, text, value, yes_no},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission,
    catalog::plans::{Plan, PlanSort, ValidityPolicy},
};

/// Draws it.
pub fn screen() -> AnyView {
    let withdraw = act(
        "Archive",
        "archived",
        Permission::PlansWrite,
        |plan: Plan| async move { api::remove(&plan).await },
    )
    .asks("Not for sale from now on. Orders that were placed keep their terms.")
    .danger()
    .at_once("withdraw")
    .undo(super::undelete);
    list_page::<Plan>("Plans")
        .search("Search by name")
        .opens(|plan| format!("/catalog/plans/{}", plan.id))
        .column(text("Name", |plan: &Plan| plan.name.clone()).sort(PlanSort::Name))
        .column(state("Status", sale))
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
            Value::text(places(&plan.regions.0)).hint(plan.regions.0.join(", "))
        }))
        .column(text("Validity starts", |plan: &Plan| counted(plan)).extra())
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
            day("Changed", |plan: &Plan| Some(plan.updated_at))
                .sort(PlanSort::UpdatedAt)
                .extra(),
        )
        .filter(on_sale())
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
        .actions(many::acts())
        .action(withdraw)
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
            "Import a provider's price list, or create the first plan by hand.",
        )
        .show()
}

fn on_sale() -> By {
    yes_no("is_active", "Availability", "On sale", "Not on sale")
}
