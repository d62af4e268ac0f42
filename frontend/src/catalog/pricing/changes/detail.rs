//! One change of many prices: what it set, and taking it back.

use super::standing;
use kit::{
    api,
    format::place,
    page::{act, detail_page, related},
    table::{day, money, text, until},
    ui::{Icon, Value},
};
use leptos::prelude::*;
use wire::{
    Permission, PriceChangeId,
    catalog::pricing::{Price, PriceChange, PriceFilter},
};

/// Draws it.
pub fn screen(id: PriceChangeId) -> AnyView {
    let undo = act(
        "Undo",
        "undone",
        Permission::PricingWrite,
        |change: PriceChange| async move { api::act(&change, "undo", &()).await },
    )
    .asks("Its prices end now, and those that they replaced hold again. Orders that were placed keep their price.")
    .when(|change| change.undone_at.is_none())
    .icon(Icon::Undo2)
    .danger();
    let set = related::<Price>(
        "Prices that it set",
        Permission::PricingRead,
        PriceFilter {
            change_id: Some(id),
            ..PriceFilter::default()
        },
    )
    .column(text("Plan", |price: &Price| price.plan_name.clone()))
    .column(text("Region", |price: &Price| place(&price.region)))
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
    .empty("Those that had not begun were taken back.");
    detail_page::<PriceChange>(id)
        .badge(standing)
        .action(undo)
        .fact("Prices", |change| Value::count(change.prices))
        .fact("From", |change| Value::time(change.from))
        .fact("Made", |change| Value::time(change.created_at))
        .fact("Undone", |change| Value::maybe_time(change.undone_at))
        .fact("Reason", |change| Value::maybe(change.reason.clone()))
        .fact("Id", |change| Value::code(change.id.to_string()))
        .related(set)
        .history("price_change")
        .show()
}
