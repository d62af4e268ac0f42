//! A promotion's form: new and edit.

use kit::{
    form::{
        Draft, Field, Source, choice_field, code_field, end_field, money_field, number_field,
        pickers_field, text_field, time_field, toggle_field,
    },
    page::form_page,
};
use leptos::prelude::*;
use serde_json::json;
use wire::{
    Currency, PromotionId,
    catalog::{
        plans::Plan,
        promotions::{DiscountType, EditPromotion, NewPromotion, Promotion},
    },
};

/// Draws it: for this promotion, or for a new one.
pub fn screen(id: Option<PromotionId>) -> AnyView {
    form_page::<Promotion, NewPromotion, EditPromotion>(id)
        .begin(json!({ "discount_type": "percentage", "is_active": true }))
        .section(
            "Code",
            "What the customer types. It never changes, and is never reused.",
            [
                code_field("code", "Code")
                    .example("WELCOME10")
                    .optional()
                    .only_new()
                    .help("Letters, digits, - and _. Leave it empty to have one made up."),
                text_field("campaign", "Campaign")
                    .optional()
                    .example("Spring")
                    .help("What it belongs to; the list can be narrowed to it."),
            ],
        )
        .section(
            "Discount",
            "What it takes off the price, before tax.",
            worth(),
        )
        .section("Limits", "Leave a limit empty for none.", limits())
        .section(
            "When",
            "Orders that were placed in time keep their discount.",
            [
                time_field("valid_from", "From")
                    .optional()
                    .help("Leave it empty to begin at once."),
                end_field("valid_to", "Until"),
                toggle_field("is_active", "Active").help("Customers can use it."),
            ],
        )
        .show()
}

/// What it takes off, and from what.
pub(super) fn worth() -> [Field; 4] {
    let is_fixed =
        |draft: &Draft| draft.text("discount_type") == DiscountType::FixedAmount.as_str();
    [
        choice_field("discount_type", "Kind", DiscountType::WORDS),
        money_field("discount_value", "Value").live(move |draft| {
            let unit = if is_fixed(draft) {
                draft.text("currency").to_owned()
            } else {
                "%".to_owned()
            };
            draft
                .number("discount_value")
                .map(|value| format!("{value} {unit} off"))
        }),
        choice_field("currency", "Currency", Currency::WORDS)
            .optional()
            .help("Needed for a fixed amount or a minimum; then it is good for orders in it."),
        money_field("min_spend", "Minimum order")
            .unit_of("currency")
            .optional()
            .help("The order must come to this before the discount."),
    ]
}

/// Who can use it, for what, how often.
pub(super) fn limits() -> [Field; 4] {
    [
        number_field("max_uses", "Total uses").optional(),
        number_field("per_user_limit", "Uses per customer").optional(),
        pickers_field("applicable_plans", "Plans", Source::of::<Plan>())
            .optional()
            .help("Leave it empty for all plans."),
        toggle_field("first_order_only", "First orders only")
            .help("For customers who have never ordered."),
    ]
}
