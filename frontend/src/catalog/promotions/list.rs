//! The list of promotions.

use super::{standing, uses, worth};
use kit::{
    api::{self, Call, Fault},
    page::{Act, act, list_page},
    table::{
        choice, code, dates, day, flag, in_force, maybe, one_of, picked, state, typed, until, value,
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

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<Promotion>("Promotions")
        .search("Search by code or campaign")
        .opens(|promotion| format!("/catalog/promotions/{}", promotion.id))
        .column(code("Code", |row: &Promotion| row.code.clone()).sort(PromotionSort::Code))
        .column(state("Status", standing))
        .column(value("Discount", |row: &Promotion| Value::text(worth(row))))
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
        .filter(in_force("valid_at", "Valid"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .filter(flag("deleted", "Deleted"))
        .actions([switch(false), switch(true), delete()])
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
            "Check a code",
            Icon::Search,
            "/catalog/promotions/check",
            Permission::PromotionsRead,
        )
        .empty(
            "No promotions yet",
            "Create one code for all customers, or generate many that each work once.",
        )
        .show()
}

/// Switches it on or off.
pub fn switch(on: bool) -> Act<Promotion> {
    let (label, done, says) = if on {
        (
            "Activate",
            "activated",
            "It can be used again, within its time and its limits.",
        )
    } else {
        (
            "Deactivate",
            "deactivated",
            "Customers cannot use it from now on. Orders that hold it keep their discount.",
        )
    };
    act(
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
    .asks(says)
    .when(move |row| row.deleted_at.is_none() && row.is_active != on)
    .icon(if on { Icon::CircleCheck } else { Icon::Ban })
}

/// Deletes it.
pub fn delete() -> Act<Promotion> {
    act(
        "Delete",
        "deleted",
        Permission::PromotionsWrite,
        |row: Promotion| async move { api::remove(&row).await },
    )
    .asks("Customers can no longer use it, and its code is never reused. Its past uses stay on record.")
    .when(|row| row.deleted_at.is_none())
    .danger()
    .undo(undelete)
}

/// Undoes a deletion. The server restores the promotion as inactive, so one that was active is activated again.
async fn undelete(row: Promotion) -> Result<(), Fault> {
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
