//! The page of one bulk price change: the prices that it set, and undoing it.

use super::status;
use kit::{
    api,
    format::region_name,
    page::{action, detail_page, related},
    table::{day, money, text, until},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission, PriceChangeId,
    catalog::pricing::{Price, PriceChange, PriceFilter},
};

/// Draws the detail page.
pub fn screen(id: PriceChangeId) -> AnyView {
    let undo = action(
        "Undo",
        "undone",
        Permission::PricingWrite,
        |change: PriceChange| async move { api::post_action(&change, "undo", &()).await },
    )
    .asks("The prices of this change end now, and the previous prices apply again. Existing orders keep their price.")
    .when(|change| change.undone_at.is_none())
    .icon(Icon::Undo2)
    .danger();
    let set = related::<Price>(
        "New prices",
        Permission::PricingRead,
        PriceFilter {
            change_id: Some(id),
            ..PriceFilter::default()
        },
    )
    .column(text("Plan", |price: &Price| price.plan_name.clone()))
    .column(text("Region", |price: &Price| region_name(&price.region)))
    .column(money("Price", |price: &Price| {
        (Some(price.selling_price.clone()), price.currency)
    }))
    .column(money("Cost", |price: &Price| {
        (price.cost_price.clone(), price.currency)
    }))
    .column(day("From", |price: &Price| Some(price.effective_from)))
    .column(until("Until", |price: &Price| price.effective_to))
    .opens(|price| format!("/catalog/pricing/{}", price.id))
    .all("/catalog/pricing")
    .empty("No prices: the upcoming prices of this change were removed.");
    detail_page::<PriceChange>(id)
        .badge(status)
        .action(undo)
        .fact("Prices", |change| Value::count(change.prices))
        .fact("From", |change| Value::time(change.from))
        .fact("Created", |change| Value::time(change.created_at))
        .fact("Undone", |change| Value::maybe_time(change.undone_at))
        .fact("Reason", |change| Value::maybe(change.reason.clone()))
        .fact("ID", |change| Value::code(change.id.to_string()))
        .related(set)
        .history("price_change")
        .show()
}
