//! The related lists of a user: orders, eSIMs, payments.

use crate::{billing::parts, esims::inventory::status};
use kit::{
    format::sentence,
    page::{Related, related},
    table::{code, day, maybe, state, text},
};
use wire::{
    Permission, UserId,
    billing::{
        orders::{Order, OrderFilter},
        transactions::{Transaction, TransactionFilter},
    },
    esims::inventory::{Esim, EsimFilter},
};

/// Returns the orders of the user.
pub fn orders(id: UserId) -> Related<Order> {
    let filter = OrderFilter {
        user_id: Some(id),
        ..OrderFilter::default()
    };
    parts::orders(filter, "No orders yet.")
}

/// Returns the eSIMs of the user.
pub fn esims(id: UserId) -> Related<Esim> {
    related::<Esim>(
        "eSIMs",
        Permission::EsimsRead,
        EsimFilter {
            user_id: Some(id),
            ..EsimFilter::default()
        },
    )
    .column(code("ICCID", |esim: &Esim| esim.iccid.clone()))
    .column(maybe("Plan", |esim: &Esim| esim.plan_name.clone()))
    .column(state("Status", status))
    .column(text("Profile", |esim: &Esim| {
        sentence(esim.profile_state.as_str())
    }))
    .column(day("Expires", |esim: &Esim| esim.expires_at))
    .opens(|esim| format!("/esims/inventory/{}", esim.id))
    .all("/esims/inventory")
    .empty("No eSIMs yet.")
}

/// Returns the payments of the user.
pub fn payments(id: UserId) -> Related<Transaction> {
    let filter = TransactionFilter {
        user_id: Some(id),
        ..TransactionFilter::default()
    };
    parts::payments(filter, "No payments yet.")
}
