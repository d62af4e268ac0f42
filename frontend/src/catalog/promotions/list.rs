//! The list of promotions.

use super::{discount, status, uses};
use kit::{
    api::{self, ApiError, Call},
    page::{Action, action, list_page},
    table::{
        choice, code, dates, day, effective_at, flag, maybe, one_of, picked, state, typed, until,
        value,
    },
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission, Resource,
    catalog::{
        plans::Plan,
        promotions::{DiscountType, EditPromotion, Promotion, PromotionSort, PromotionState},
    },
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Promotion>("Promotions")
        .search("Search by code or campaign")
        .opens(|promotion| format!("/catalog/promotions/{}", promotion.id))
        .column(code("Code", |row: &Promotion| row.code.clone()).sort(PromotionSort::Code))
        .column(state("Status", status))
        .column(value("Discount", |row: &Promotion| {
            Value::text(discount(row))
        }))
        .column(
            value("Used", |row: &Promotion| Value::text(uses(row)))
                .figures()
                .sort(PromotionSort::UsedCount),
        )
        .column(maybe("Campaign", |row: &Promotion| row.campaign.clone()))
        .column(day("From", |row: &Promotion| Some(row.valid_from)).sort(PromotionSort::ValidFrom))
        .column(until("Until", |row: &Promotion| Some(row.valid_to)).sort(PromotionSort::ValidTo))
        .column(
            value("First orders only", |row: &Promotion| {
                Value::yes_no(row.first_order_only)
            })
            .extra(),
        )
        .column(
            day("Created", |row: &Promotion| Some(row.created_at))
                .sort(PromotionSort::CreatedAt)
                .wide(),
        )
        .filter(one_of("state", "Status", PromotionState::WORDS))
        .filter(typed("campaign", "Campaign", "Spring"))
        .filter(choice("discount_type", "Discount", DiscountType::WORDS))
        .filter(picked::<Plan>("plan_id", "Applies to"))
        .filter(effective_at("valid_at", "Valid"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .filter(flag("deleted", "Archived"))
        .actions([set_active(false), set_active(true), archive()])
        .new_button(
            "New promotion",
            "/catalog/promotions/new",
            Permission::PromotionsWrite,
        )
        .button(
            "Generate codes",
            Icon::TicketPercent,
            "/catalog/promotions/generate",
            Permission::PromotionsWrite,
        )
        .button(
            "Check code",
            Icon::Search,
            "/catalog/promotions/check",
            Permission::PromotionsRead,
        )
        .empty(
            "No promotions yet",
            "Create one code for all customers, or generate many codes that each work once.",
        )
        .show()
}

/// Activates or deactivates the promotion.
pub fn set_active(on: bool) -> Action<Promotion> {
    let (label, done, text) = if on {
        (
            "Activate",
            "activated",
            "Customers can use the code again, within its validity and its limits.",
        )
    } else {
        (
            "Deactivate",
            "deactivated",
            "Customers can no longer use the code. Orders that have reserved it keep their discount.",
        )
    };
    action(
        label,
        done,
        Permission::PromotionsWrite,
        move |row: Promotion| async move {
            let edit = EditPromotion {
                is_active: Some(on),
                ..EditPromotion::default()
            };
            api::edit::<Promotion>(row.id, row.version, &edit)
                .await
                .map(drop)
        },
    )
    .asks(text)
    .when(move |row| row.deleted_at.is_none() && row.is_active != on)
    .icon(if on { Icon::CircleCheck } else { Icon::Ban })
}

/// Archives the promotion (a soft delete on the server).
pub fn archive() -> Action<Promotion> {
    action(
        "Archive",
        "archived",
        Permission::PromotionsWrite,
        |row: Promotion| async move { api::remove(&row).await },
    )
    .asks("Customers can no longer use the code, and the code is never reused. Its redemptions are kept.")
    .when(|row| row.deleted_at.is_none())
    .danger()
    .undo(unarchive)
}

/// Undoes archiving. The server restores the promotion as inactive, so one that was active is activated again.
async fn unarchive(row: Promotion) -> Result<(), ApiError> {
    let call = Call::post(format!("{}/{}/restore", Promotion::PATH, row.id));
    let restored: Promotion = api::send(call).await?.json().await?;
    if row.is_active && !restored.is_active {
        let active = EditPromotion {
            is_active: Some(true),
            ..EditPromotion::default()
        };
        api::edit::<Promotion>(restored.id, restored.version, &active).await?;
    }
    Ok(())
}
