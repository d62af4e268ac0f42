//! All SQL of receipts.

use chrono::{DateTime, Utc};
use diesel::{
    insert_into,
    prelude::*,
    sql_query,
    sql_types::{self, Text, Timestamptz},
    update,
};
use platform::{Result, Tx, prepared::Prepared};
use schema::webhook_receipts as receipts;
use wire::{ReceiptId, TransactionId, integrations::webhooks::ReceiptStatus};

/// Keeps an event whose signature was good; `None` when it was kept before.
pub fn keep(
    tx: &mut Tx<'_>,
    source: &str,
    event_id: &str,
    event_type: &str,
    now: DateTime<Utc>,
) -> Result<Option<ReceiptId>> {
    let id = ReceiptId::new();
    let kept = insert_into(receipts::table)
        .values((
            receipts::id.eq(id),
            receipts::source.eq(source),
            receipts::event_id.eq(event_id),
            receipts::event_type.eq(event_type),
            receipts::signature_ok.eq(true),
            receipts::received_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())?;
    Ok((kept == 1).then_some(id))
}

/// The event changed something.
pub fn applied(
    tx: &mut Tx<'_>,
    id: ReceiptId,
    payment: TransactionId,
    note: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let noted = update(receipts::table.find(id)).set((
        receipts::status.eq(ReceiptStatus::Applied),
        receipts::transaction_id.eq(payment),
        receipts::note.eq(note),
        receipts::applied_at.eq(now),
    ));
    Prepared(noted).execute(tx.conn())?;
    Ok(())
}

/// The event changed nothing, and why.
pub fn ignored(
    tx: &mut Tx<'_>,
    id: ReceiptId,
    payment: Option<TransactionId>,
    note: &str,
) -> Result<()> {
    update(receipts::table.find(id))
        .set((
            receipts::status.eq(ReceiptStatus::Ignored),
            receipts::transaction_id.eq(payment),
            receipts::note.eq(note),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Counts a webhook whose signature did not match: one row per source, network and minute. Its body is not kept,
/// because anybody can send one.
pub fn reject(tx: &mut Tx<'_>, source: &str, network: &str, now: DateTime<Utc>) -> Result<()> {
    let counted = sql_query(
        "INSERT INTO webhook_receipts (id, source, signature_ok, status, network, received_at) \
         VALUES ($1, $2, false, 'rejected', $3, date_trunc('minute', $4)) \
         ON CONFLICT (source, network, received_at) WHERE status = 'rejected' \
         DO UPDATE SET deliveries = webhook_receipts.deliveries + 1",
    );
    counted
        .bind::<sql_types::Uuid, _>(ReceiptId::new())
        .bind::<Text, _>(source)
        .bind::<Text, _>(network)
        .bind::<Timestamptz, _>(now)
        .execute(tx.conn())?;
    Ok(())
}
