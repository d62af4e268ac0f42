//! The form of a plan: new and edit.

use kit::{
    form::{
        area_field, choice_field, code_field, money_field, number_field, regions_field, text_field,
        toggle_field,
    },
    format::megabytes,
    page::form_page,
};
use leptos::prelude::*;
use wire::{
    PlanId,
    catalog::plans::{EditPlan, NewPlan, Plan, ValidityPolicy},
};

/// Draws the form, for an existing plan or a new one.
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
            "What one eSIM includes. Existing orders keep their terms.",
            [
                money_field("data_limit_mb", "Data")
                    .unit("MB")
                    .optional()
                    .help("Leave empty for unlimited data.")
                    .live(|draft| {
                        Some(megabytes(draft.number("data_limit_mb").as_ref())).filter(|_| {
                            draft.text("data_limit_mb").is_empty()
                                || draft.number("data_limit_mb").is_some()
                        })
                    }),
                number_field("validity_days", "Validity").unit("days"),
                number_field("voice_minutes", "Calls").unit("minutes"),
                number_field("sms_count", "Text messages"),
            ],
        )
        .section(
            "Validity and fair use",
            "When the validity starts, and the fair use limit of unlimited plans.",
            [
                choice_field("validity_policy", "Validity starts", ValidityPolicy::WORDS),
                number_field("activate_within_days", "Activate within")
                    .unit("days")
                    .optional()
                    .help("Leave empty for no limit."),
                money_field("daily_limit_mb", "Full speed for")
                    .unit("MB a day")
                    .optional(),
                number_field("throttled_kbps", "Then slowed to")
                    .unit("kbit/s")
                    .optional()
                    .help("Leave empty if data stops at the limit."),
            ],
        )
        .section(
            "Coverage",
            "Countries or regions.",
            [regions_field("regions", "Coverage").country_picker()],
        )
        .section(
            "Network",
            "Network settings and permissions of the device.",
            [
                code_field("apn", "APN")
                    .optional()
                    .example("internet")
                    .help("Leave empty if devices configure it automatically."),
                toggle_field("hotspot_allowed", "Hotspot allowed")
                    .help("The customer may share data with other devices."),
            ],
        )
        .section(
            "Availability",
            "A plan also needs a price before it can be bought.",
            [
                toggle_field("is_active", "On sale")
                    .help("Customers and integrators can buy the plan."),
                toggle_field("topup_allowed", "Top-up allowed")
                    .help("The plan can be added to an eSIM in use."),
                toggle_field("kyc_required", "KYC required")
                    .help("Only customers with a verified identity can buy the plan."),
            ],
        )
        .answer::<()>(
            "Preview",
            "The plan as a customer sees it.",
            |_| None,
            |draft, _| super::preview::card(draft),
        )
        .show()
}
