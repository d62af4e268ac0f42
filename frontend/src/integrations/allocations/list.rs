//! The list of allocations.

use kit::{
    format::megabytes,
    page::list_page,
    table::{choice, dates, maybe, moment, money, picked, state, text, typed, value},
    ui::{Tone, Value},
};
use leptos::prelude::*;
use wire::{
    Currency,
    integrations::{
        allocations::{Allocation, AllocationSort, AllocationStatus},
        providers::Provider,
    },
};

/// Draws the list.
pub fn screen() -> AnyView {
    list_page::<Allocation>("Allocations")
        .column(
            moment("Allocated", |row: &Allocation| Some(row.allocated_at))
                .sort(AllocationSort::AllocatedAt),
        )
        .column(value("Provider", |row: &Allocation| {
            Value::text(row.provider_name.clone())
                .link(format!("/integrations/providers/{}", row.provider_id))
        }))
        .column(state("Status", status))
        .column(
            money("Cost", |row: &Allocation| {
                (Some(row.cost.clone()), row.currency)
            })
            .sort(AllocationSort::Cost),
        )
        .column(
            text("Allocated data", |row: &Allocation| {
                megabytes(Some(&row.allocated_mb))
            })
            .figures()
            .sort(AllocationSort::AllocatedMb),
        )
        .column(text("Used", |row: &Allocation| megabytes(Some(&row.used_mb))).figures())
        .column(value("Order", |row: &Allocation| {
            let href = row.order_id.map(|id| format!("/billing/orders/{id}"));
            Value::linked(row.order_number.as_deref(), href)
        }))
        .column(
            value("eSIM", |row: &Allocation| {
                row.esim_id.map_or_else(Value::absent, |id| {
                    Value::text("View eSIM").link(format!("/esims/inventory/{id}"))
                })
            })
            .wide(),
        )
        .column(
            maybe("Provider's order", |row: &Allocation| {
                row.provider_order_ref.clone()
            })
            .extra(),
        )
        .filter(picked::<Provider>("provider_id", "Provider"))
        .filter(choice("status", "Status", AllocationStatus::WORDS))
        .filter(choice("currency", "Currency", Currency::WORDS))
        .filter(typed("order_id", "Order", "0199a1b2-…"))
        .filter(dates("allocated_at_from", "allocated_at_to", "Allocated"))
        .empty(
            "No allocations yet",
            "When a provider supplies an eSIM or a top-up, its data and its cost appear here.",
        )
        .show()
}

fn status(row: &Allocation) -> (&'static str, Tone) {
    let tone = match row.status {
        AllocationStatus::Reserved => Tone::Waiting,
        AllocationStatus::Active => Tone::Good,
        AllocationStatus::Released => Tone::Neutral,
        AllocationStatus::Reversed => Tone::Bad,
    };
    (row.status.as_str(), tone)
}
