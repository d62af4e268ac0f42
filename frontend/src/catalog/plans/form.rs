//! A plan's form: new and edit.

use kit::{
    form::{
        area_field, choice_field, code_field, money_field, number_field, places_field, text_field,
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
                number_field("validity_days", "Validity").unit("days"),
                number_field("voice_minutes", "Calls").unit("minutes"),
                number_field("sms_count", "Text messages"),
            ],
        )
        .section(
            "Days and fair use",
            "From when its days count, and what an unlimited plan means by unlimited.",
            [
                choice_field("validity_policy", "Validity starts", ValidityPolicy::WORDS),
                number_field("activate_within_days", "Activate within")
                    .unit("days")
                    .optional()
                    .help("Leave it empty when it can wait."),
                money_field("daily_limit_mb", "Full speed for")
                    .unit("MB a day")
                    .optional(),
                number_field("throttled_kbps", "Then slowed to")
                    .unit("kbit/s")
                    .optional()
                    .help("Leave it empty when it stops."),
            ],
        )
        .section(
            "Coverage",
            "Countries, or groups of them.",
            [places_field("regions", "Works in").atlas()],
        )
        .section(
            "Network",
            "What a device needs, and what it may do.",
            [
                code_field("apn", "APN")
                    .optional()
                    .example("internet")
                    .help("Leave it empty when devices find it by themselves."),
                toggle_field("hotspot_allowed", "Hotspot allowed")
                    .help("Its data may be shared with other devices."),
            ],
        )
        .section(
            "Sale",
            "A plan also needs a price before it can be bought.",
            [
                toggle_field("is_active", "On sale").help("Customers and integrators can buy it."),
                toggle_field("topup_allowed", "Top-up allowed")
                    .help("It can be added to an eSIM that is in use."),
                toggle_field("kyc_required", "Verified customers only")
                    .help("Whoever buys it must have proved who they are."),
            ],
        )
        .answer::<()>(
            "Preview",
            "As a customer sees it.",
            |_| None,
            |draft, _| super::preview::card(draft),
        )
        .show()
}
