//! A plan's form: new and edit.

use kit::{
    form::{area_field, money_field, number_field, places_field, text_field, toggle_field},
    format::megabytes,
    page::form_page,
};
use leptos::prelude::*;
use wire::{
    PlanId,
    catalog::plans::{EditPlan, NewPlan, Plan},
};

/// Draws it: for this plan, or for a new one.
pub fn screen(id: Option<PlanId>) -> AnyView {
    form_page::<Plan, NewPlan, EditPlan>(id)
        .defaults(&NewPlan::default())
        .section(
            "Name and description",
            "What the customer sees in the shop.",
            [
                text_field("name", "Name").example("5 GB Europe"),
                area_field("description", "Description").optional(),
            ],
        )
        .section(
            "Allowance",
            "What one eSIM carries. Orders that were placed keep the terms they were placed with.",
            [
                money_field("data_limit_mb", "Data")
                    .unit("MB")
                    .optional()
                    .help("Leave it empty for unlimited data.")
                    .live(|draft| {
                        Some(megabytes(draft.number("data_limit_mb").as_ref())).filter(|_| {
                            draft.text("data_limit_mb").is_empty()
                                || draft.number("data_limit_mb").is_some()
                        })
                    }),
                number_field("validity_days", "Validity")
                    .unit("days")
                    .help("Counted from the first use."),
                number_field("voice_minutes", "Calls").unit("minutes"),
                number_field("sms_count", "Text messages"),
            ],
        )
        .section(
            "Coverage",
            "Countries, or groups of them.",
            [places_field("regions", "Works in")],
        )
        .section(
            "Sale",
            "A plan also needs a price before it can be bought.",
            [
                toggle_field("is_active", "On sale").help("Customers and integrators can buy it."),
                toggle_field("topup_allowed", "Top-up allowed")
                    .help("It can be added to an eSIM that is in use."),
            ],
        )
        .show()
}
