//! The list of changes of many prices.

use super::standing;
use kit::{
    page::list_page,
    table::{count, dates, day, maybe, state, text, yes_no},
};
use leptos::prelude::*;
use wire::{
    Permission,
    catalog::pricing::{PriceChange, PriceChangeSort},
};

/// Draws it.
pub fn screen() -> AnyView {
    list_page::<PriceChange>("Price changes")
        .opens(|change| format!("/catalog/price-changes/{}", change.id))
        .column(text("Change", |change: &PriceChange| change.rule.words()))
        .column(state("State", standing))
        .column(count("Prices", |change: &PriceChange| change.prices))
        .column(day("From", |change: &PriceChange| Some(change.from)))
        .column(maybe("Reason", |change: &PriceChange| change.reason.clone()).wide())
        .column(
            day("Made", |change: &PriceChange| Some(change.created_at))
                .sort(PriceChangeSort::CreatedAt),
        )
        .filter(yes_no("undone", "State", "Undone", "Not undone"))
        .filter(dates("created_at_from", "created_at_to", "Made"))
        .new_button(
            "Change prices",
            "/catalog/price-changes/new",
            Permission::PricingWrite,
        )
        .empty(
            "No changes yet",
            "Raise or lower many prices at once: you see every price before and after, and can take it back.",
        )
        .show()
}
