//! The personal data of the section: orders, payments, refunds and invoices. They are accounting records: exported on
//! request, and kept after the erasure of the person, without texts that may name the person. The buyer of an invoice stays
//! sealed in it, because an invoice is invalid without its buyer.

mod query;

use platform::{
    Conn, Result, Tx, audit,
    crypto::Keyring,
    idempotency,
    people::{self, PersonalData},
};
use serde_json::Value;
use wire::{Resource, UserId, billing::orders::Order};

/// The export and the erasure of the section.
pub const PERSONAL_DATA: PersonalData = PersonalData {
    name: "billing",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::export_tables(conn, keys, id, query::EXPORTED)
}

/// Erases the texts and reasons about a person's orders, payments and refunds, because they may name the person, and the
/// responses that are kept for repeated requests, because they name the person.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::blank_texts(tx, id)?;
    for (kind, subjects) in query::REASONED {
        audit::forget_reasons(tx, kind, subjects, id)?;
    }
    let responses: Vec<String> = query::orders_of(tx.conn(), id)?
        .into_iter()
        .map(|order| format!("{}/{order}", Order::PATH))
        .collect();
    idempotency::forget(tx, id.0, &responses)
}
