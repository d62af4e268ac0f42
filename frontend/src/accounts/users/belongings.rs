//! What belongs to a person: orders, eSIMs, payments.

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

/// What they ordered.
pub fn orders(id: UserId) -> Related<Order> {
    let filter = OrderFilter {
        user_id: Some(id),
        ..OrderFilter::default()
    };
    parts::orders(filter, "Has not ordered anything yet.")
}

/// The eSIMs that they have.
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
    .column(day("Ends", |esim: &Esim| esim.expires_at))
    .opens(|esim| format!("/esims/inventory/{}", esim.id))
    .all("/esims/inventory")
    .empty("Has no eSIM.")
}

/// What they paid.
pub fn payments(id: UserId) -> Related<Transaction> {
    let filter = TransactionFilter {
        user_id: Some(id),
        ..TransactionFilter::default()
    };
    parts::payments(filter, "Has not paid anything yet.")
}
