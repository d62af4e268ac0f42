//! The list of bulk price changes.

use super::status;
use kit::{
    page::list_page,
    table::{count, dates, day, maybe, state, text, yes_no},
};
use leptos::prelude::*;
use wire::{
    Permission,
    catalog::pricing::{PriceChange, PriceChangeSort},
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<PriceChange>("Price changes")
        .opens(|change| format!("/catalog/price-changes/{}", change.id))
        .column(text("Change", |change: &PriceChange| change.rule.describe()))
        .column(state("Status", status))
        .column(count("Prices", |change: &PriceChange| change.prices))
        .column(day("From", |change: &PriceChange| Some(change.from)))
        .column(maybe("Reason", |change: &PriceChange| change.reason.clone()).wide())
        .column(
            day("Created", |change: &PriceChange| Some(change.created_at))
                .sort(PriceChangeSort::CreatedAt),
        )
        .filter(yes_no("undone", "Status", "Undone", "Not undone"))
        .filter(dates("created_at_from", "created_at_to", "Created"))
        .new_button(
            "New price change",
            "/catalog/price-changes/new",
            Permission::PricingWrite,
        )
        .empty(
            "No price changes yet",
            "Raise or lower many prices together. You see a preview of every price, and you can undo the change.",
        )
        .show()
}
