//! What this section keeps of a person: orders, payments, refunds and invoices. They are the books: taken away on
//! request, but never erased. Once the person is, they say no more than that somebody bought; whom an invoice was made
//! out to stays sealed in it, because an invoice without that is none.

mod query;

use platform::{
    Conn, Result, Tx, audit,
    crypto::Keyring,
    idempotency,
    people::{self, PersonalData},
};
use serde_json::Value;
use wire::{Resource, UserId, billing::orders::Order};

/// The books.
pub const PERSONAL_DATA: PersonalData = PersonalData {
    name: "billing",
    export,
    erase,
};

fn export(conn: &mut Conn, keys: &Keyring, id: UserId) -> Result<Value> {
    people::export_tables(conn, keys, id, query::KEPT)
}

/// Erases texts and reasons about a person's orders, payments and refunds, because they may name the person, and the
/// answers that are kept for some days for repeated requests, because they do.
fn erase(tx: &mut Tx<'_>, _: &Keyring, id: UserId) -> Result<()> {
    query::blank_texts(tx, id)?;
    for (kind, theirs) in query::REASONED {
        audit::forget_reasons(tx, kind, theirs, id)?;
    }
    let answers: Vec<String> = query::orders_of(tx.conn(), id)?
        .into_iter()
        .map(|order| format!("{}/{order}", Order::PATH))
        .collect();
    idempotency::forget(tx, id.0, &answers)
}
